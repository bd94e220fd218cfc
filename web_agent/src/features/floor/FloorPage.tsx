import { useEffect, useRef, useState } from 'react'

import type { FloorView } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { useFloor } from '@/realtime/useFloor'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { AgentTable } from './AgentTable'
import { AlertList } from './AlertList'
import { CallPanel } from './CallPanel'
import { CallTable } from './CallTable'
import { FigureStrip } from './FigureStrip'
import { QueueTable } from './QueueTable'
import { ServerNow, useServerNow } from './time'

import './Floor.css'

const WALL_CHORD = 'Alt+W'

/** What a supervisor watches: dangers first, then figures, calls, agents and queues, all live. */
export function FloorPage() {
  const { t } = useTranslation()
  const { floor, aheadMs, lostAt } = useFloor()
  const now = useServerNow(aheadMs)
  const [page, isWall, toggleWall] = useWall()
  usePageTitle(t('floor.title'))
  useShortcut({ chord: WALL_CHORD, group: 'lists', label: t('floor.wall'), run: toggleWall })
  return (
    <div ref={page} className={`page floor ${isWall ? 'floor--wall' : ''}`}>
      <div className="page__head">
        <h1 className="page__title">{t('floor.title')}</h1>
        <span className="page__actions">
          <Button chord={WALL_CHORD} aria-pressed={isWall} onClick={toggleWall}>
            {t(isWall ? 'floor.wall_leave' : 'floor.wall')}
          </Button>
        </span>
      </div>
      {lostAt !== null && (
        <Banner tone="waiting">
          {floor === null
            ? t('floor.refused')
            : t('floor.lost', { age: clockTime(Math.max(0, now - aheadMs - lostAt)) })}
        </Banner>
      )}
      {floor === null ? (
        <Loading lines={8} />
      ) : (
        <ServerNow value={now}>
          <FloorBody floor={floor} isWall={isWall} />
        </ServerNow>
      )}
    </div>
  )
}

function FloorBody({ floor, isWall }: { floor: FloorView; isWall: boolean }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<string | null>(null)
  const call = isWall ? undefined : floor.calls.find((item) => item.call_id === chosen)
  return (
    <>
      <AlertList alerts={floor.alerts} />
      {floor.exchange === 'lost' && <Banner tone="waiting">{t('floor.exchange_lost')}</Banner>}
      <FigureStrip floor={floor} />
      <div className="floor__columns">
        <div className="floor__main">
          <CallTable calls={floor.calls} chosen={chosen} onChoose={isWall ? null : setChosen} />
          {floor.exchange === 'none' ? (
            <p className="floor__hint">{t('floor.exchange_none')}</p>
          ) : (
            <QueueTable floor={floor} />
          )}
        </div>
        <div className="floor__side">
          {call !== undefined && (
            <CallPanel
              key={call.call_id}
              call={call}
              extension={floor.extension}
              onClose={() => {
                setChosen(null)
              }}
            />
          )}
          <AgentTable
            agents={floor.agents}
            calls={floor.calls}
            hasActions={!isWall && floor.exchange === 'connected'}
          />
        </div>
      </div>
    </>
  )
}

/** Wall mode: the page alone, in full screen where the browser allows it, in type that is read from five metres. */
function useWall() {
  const page = useRef<HTMLDivElement>(null)
  const [isWall, setIsWall] = useState(false)
  useEffect(() => {
    const leave = () => {
      if (document.fullscreenElement === null) setIsWall(false)
    }
    document.addEventListener('fullscreenchange', leave)
    return () => {
      document.removeEventListener('fullscreenchange', leave)
    }
  }, [])
  const toggle = () => {
    setIsWall(!isWall)
    // A browser that refuses full screen still shows the large type.
    if (!isWall) page.current?.requestFullscreen().catch(() => undefined)
    else if (document.fullscreenElement !== null) void document.exitFullscreen()
  }
  return [page, isWall, toggle] as const
}
