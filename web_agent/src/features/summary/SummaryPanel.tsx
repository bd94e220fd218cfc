import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'

import { asProblem } from '@/api/problem'
import { summaryQuery, useAcceptSummary } from '@/api/queries/facts'
import type { CallFact, SummaryAccepted, SummarySentence, Utterance } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { clockTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'

import './Summary.css'

const SECTIONS = ['problem', 'facts', 'done', 'promised', 'open'] as const
const CHORD = 'Alt+Q'

interface SummaryPanelProps {
  callId: string
  utterances: readonly Utterance[]
  facts: readonly CallFact[]
  accepted: SummaryAccepted | null
  isOver: boolean
  canAccept: boolean
  onPoint: (segmentId: string) => void
  onAccepted: (accepted: SummaryAccepted) => void
}

/** What a transfer and the wrap-up need of the call; every line leads to the sentence that proves it. */
export function SummaryPanel(props: SummaryPanelProps) {
  const { callId, utterances, facts, accepted, isOver, canAccept, onPoint, onAccepted } = props
  const { t } = useTranslation()
  const [isOpened, setIsOpened] = useState(false)
  const isShown = isOver || isOpened
  const finals = utterances.filter((utterance) => utterance.is_final).length
  const version = `${finals}:${facts.map((fact) => fact.value).join('|')}`
  const summary = useQuery({ ...summaryQuery(callId, version), enabled: isShown && finals > 0 })
  const accept = useAcceptSummary(callId)
  const lines = summary.data?.lines ?? []
  const run = () => {
    if (accept.isPending) return
    accept.mutate(undefined, {
      onSuccess: (answer) => {
        if (answer.accepted !== null) onAccepted(answer.accepted)
      },
    })
  }
  const isCurrent = accepted !== null && sameText(accepted.lines, lines)
  const isEnabled = canAccept && lines.length > 0 && !isCurrent
  useShortcut({ chord: CHORD, group: 'call', label: t('summary.accept'), run, isEnabled })
  return (
    <section className="panel summary" aria-labelledby="summary-title">
      <div className="panel__head">
        <h2 id="summary-title" className="panel__title">
          {t('summary.title')}
        </h2>
        {accepted !== null && isCurrent && (
          <span className="tag tag--ready">✓ {t('summary.accepted_by', { name: accepted.accepted_by })}</span>
        )}
        {!isOver && (
          <Button
            isSmall
            tone="quiet"
            className="summary__toggle"
            aria-expanded={isShown}
            onClick={() => {
              setIsOpened(!isOpened)
            }}
          >
            {t(isShown ? 'summary.hide' : 'summary.show')}
          </Button>
        )}
      </div>
      {isShown && (
        <div className="summary__body">
          {lines.length === 0 && <p className="field__hint">{t('summary.none')}</p>}
          {SECTIONS.map((section) => (
            <Section
              key={section}
              title={t(`summary.section_${section}`)}
              lines={lines.filter((line) => line.section === section)}
              utterances={utterances}
              onPoint={onPoint}
            />
          ))}
          {accepted !== null && !isCurrent && lines.length > 0 && (
            <p className="field__hint">{t('summary.changed_since')}</p>
          )}
          {accept.isError && <Banner tone="problem">{problemText(t, asProblem(accept.error))}</Banner>}
          {isEnabled && (
            <Button chord={CHORD} disabled={accept.isPending} onClick={run}>
              {t('summary.accept')}
            </Button>
          )}
        </div>
      )}
    </section>
  )
}

function sameText(left: readonly SummarySentence[], right: readonly SummarySentence[]): boolean {
  return left.length === right.length && left.every((line, place) => line.text === right[place]?.text)
}

interface SectionProps {
  title: string
  lines: readonly SummarySentence[]
  utterances: readonly Utterance[]
  onPoint: (segmentId: string) => void
}

function Section({ title, lines, utterances, onPoint }: SectionProps) {
  const { t } = useTranslation()
  if (lines.length === 0) return null
  return (
    <div className="summary__section">
      <h3>{title}</h3>
      <ul>
        {lines.map((line, place) => {
          const segment = line.segment_ids.at(-1)
          const said = utterances.find((utterance) => utterance.segment_id === segment)
          const text = line.field === null ? line.text : `${t(`facts.field_${line.field}`)} ${line.text}`
          return (
            <li key={place}>
              {said === undefined ? (
                text
              ) : (
                <button
                  type="button"
                  className="summary__line"
                  title={t('summary.show_sentence', { at: clockTime(said.start_ms) })}
                  onClick={() => {
                    onPoint(said.segment_id)
                  }}
                >
                  {text}
                </button>
              )}
            </li>
          )
        })}
      </ul>
    </div>
  )
}
