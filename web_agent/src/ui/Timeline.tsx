import type { ReactNode } from 'react'

import { localTime } from './format'

import './Timeline.css'

export interface TimelineItem {
  key: string | number
  at: string
  title: ReactNode
  detail?: ReactNode
  action?: ReactNode
}

/** What happened, one below the other, the newest first. */
export function Timeline({ label, items }: { label: string; items: readonly TimelineItem[] }) {
  return (
    <ol className="timeline" aria-label={label}>
      {items.map((item) => (
        <li key={item.key} className="timeline__item">
          <time className="timeline__at" dateTime={item.at}>
            {localTime(item.at)}
          </time>
          <div className="timeline__body">
            <span>{item.title}</span>
            {item.detail !== undefined && <span className="field__hint">{item.detail}</span>}
          </div>
          {item.action}
        </li>
      ))}
    </ol>
  )
}
