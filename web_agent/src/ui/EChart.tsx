import type { LineSeriesOption } from 'echarts/charts'
import { LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, MarkLineComponent, TooltipComponent } from 'echarts/components'
import type { ComposeOption } from 'echarts/core'
import { init, use as register } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { SVGRenderer } from 'echarts/renderers'
import { useEffect, useRef } from 'react'

import { percent } from './format'
import { usePreference } from './preferences'

import './Chart.css'

register([LineChart, GridComponent, TooltipComponent, AriaComponent, MarkLineComponent, LabelLayout, SVGRenderer])

export interface ChartSeries {
  name: string
  points: readonly (readonly [x: number | string, y: number])[]
}

export interface ChartProps {
  /** What the chart shows, in a sentence, for those who hear it. */
  label: string
  series: readonly ChartSeries[]
  /** Names of the places along the axis, or shares from 0 to 1. */
  axis: 'names' | 'share'
  /** Least value of the upright axis; shares end at 1. */
  least?: number
  /** A place of the axis that is marked. */
  markedAt?: number
}

/** Okabe and Ito's colours, which people with any colour vision tell apart; dashes say the same without colour. */
const COLOURS = {
  light: ['#0072b2', '#b35900', '#006b4f', '#a3497c'],
  dark: ['#56b4e9', '#e69f00', '#2fc79a', '#e79bc4'],
}
const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3]] as const

type Option = ComposeOption<LineSeriesOption>

export function EChart(props: ChartProps) {
  const box = useRef<HTMLDivElement>(null)
  const [theme] = usePreference('theme')
  useEffect(() => {
    if (box.current === null) return
    const chart = init(box.current, null, { renderer: 'svg' })
    chart.setOption(optionOf(props))
    const watch = new ResizeObserver(() => {
      chart.resize()
    })
    watch.observe(box.current)
    return () => {
      watch.disconnect()
      chart.dispose()
    }
  }, [props, theme])
  return <div ref={box} className="echart" role="img" aria-label={props.label} />
}

function optionOf({ series, axis, least = 0, markedAt }: ChartProps): Option {
  const isDark = document.documentElement.dataset.theme === 'dark'
  const style = getComputedStyle(document.documentElement)
  const ink = { color: style.getPropertyValue('--text-2') }
  const line = { lineStyle: { color: style.getPropertyValue('--line') } }
  const share = (value: number) => percent(value)
  return {
    animation: false,
    color: COLOURS[isDark ? 'dark' : 'light'],
    textStyle: { fontFamily: style.getPropertyValue('--font'), ...ink },
    grid: { left: 44, right: 132, top: 12, bottom: 26 },
    tooltip: {
      trigger: 'axis',
      valueFormatter: (value: unknown) => (typeof value === 'number' ? share(value) : String(value)),
    },
    xAxis:
      axis === 'share'
        ? { type: 'value', min: 0, max: 1, axisLabel: { ...ink, formatter: share }, splitLine: { show: false } }
        : { type: 'category', axisLabel: ink, axisLine: line },
    yAxis: { type: 'value', min: least, max: 1, axisLabel: { ...ink, formatter: share }, splitLine: line },
    series: series.map(({ name, points }, index) => ({
      type: 'line',
      name,
      data: points.map(([x, y]) => [x, y]),
      showSymbol: points.length < 60,
      symbolSize: 5,
      lineStyle: { width: 2, type: dashOf(index) },
      endLabel: { show: true, formatter: `${name} ${share(points.at(-1)?.[1] ?? 0)}`, ...ink },
      labelLayout: { moveOverlap: 'shiftY' },
      ...(index === 0 &&
        markedAt !== undefined && {
          markLine: { silent: true, symbol: 'none', label: { show: false }, data: [{ xAxis: markedAt }] },
        }),
    })),
  }
}

function dashOf(index: number) {
  const dash = DASHES[index % DASHES.length] ?? 'solid'
  return typeof dash === 'string' ? dash : [...dash]
}
