import type { ReactNode } from 'react'
import { useId, useMemo } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { CardSpoken, FoldedDocument } from '@/api/types'
import { Kbd } from '@/ui/Kbd'
import { InlineMarkdown, Markdown } from '@/ui/Markdown'
import { Marked } from '@/ui/Marked'
import { excerptOf, parseMarkdown, splitSteps } from '@/ui/markdown'
import type { MarkedRange } from '@/ui/text'

import { CardMeta } from './CardMeta'
import type { CardContent } from './content'
import { Folded } from './Folded'
import type { Reason } from './evidence'
import { Reasons } from './Reasons'
import { SaidTick, ScriptText } from './ScriptText'

import './Card.css'

interface CardViewProps {
  content: CardContent
  isOpen: boolean
  /** Key that opens it, shown on it. */
  chord?: string
  titleMarks?: readonly MarkedRange[]
  /** What of it the agent has said. */
  spoken?: CardSpoken
  reasons?: readonly Reason[]
  /** Confidence, verdict: what stands beside the title. */
  aside?: ReactNode
  /** Copy, feedback: what can be done with it. */
  actions?: ReactNode
  isSettled?: boolean
  /** Shows the reasons and steps also while it is closed. */
  showsSteps?: boolean
  /** Opens its details with it. */
  showsDetails?: boolean
  onOpen?: () => void
  onReason?: (reason: Reason) => void
  id?: string
  /** Entries that say nearly the same. */
  folded?: readonly FoldedDocument[]
}

/** Opens on the sentence to say aloud, then steps, then details folded. */
export function CardView(props: CardViewProps) {
  const { content, isOpen, aside, isSettled = false, showsSteps = false, id } = props
  const titleId = useId()
  const classes = ['card', isOpen ? 'is-open' : '', isSettled ? 'is-settled' : ''].filter(Boolean).join(' ')
  return (
    <article id={id} className={classes} aria-labelledby={titleId} tabIndex={-1}>
      <header className="card__head">
        <CardTitle {...props} titleId={titleId} />
        <span className="card__aside">{aside}</span>
      </header>
      {isOpen ? (
        <OpenCard {...props} />
      ) : (
        <>
          <p className="card__excerpt">{content.script === '' ? excerptOf(content.answer) : content.script}</p>
          {showsSteps && !isSettled && (
            <div className="card__body">
              <ReasonsAndSteps {...props} />
            </div>
          )}
        </>
      )}
    </article>
  )
}

function CardTitle({ content, isOpen, chord, titleMarks = [], onOpen, titleId }: CardViewProps & { titleId: string }) {
  const title = (
    <span id={titleId}>
      <Marked text={content.title} marks={titleMarks} />
    </span>
  )
  if (onOpen === undefined) return <h3 className="card__title">{title}</h3>
  return (
    <h3 className="card__title">
      <button type="button" className="card__opener" aria-expanded={isOpen} aria-keyshortcuts={chord} onClick={onOpen}>
        {chord !== undefined && <Kbd chord={chord} />}
        {title}
      </button>
    </h3>
  )
}

const termsOf = (reasons: readonly Reason[]) =>
  reasons.filter((reason) => reason.kind === 'exact').map((reason) => reason.text)

const useParts = (answer: string) => useMemo(() => splitSteps(parseMarkdown(answer)), [answer])

/** Why a card came and what to do, step by step. */
function ReasonsAndSteps({ content, spoken, reasons = [], onReason }: CardViewProps) {
  const { t } = useTranslation()
  const { steps } = useParts(content.answer)
  return (
    <>
      {reasons.length > 0 && <Reasons reasons={reasons} {...(onReason && { onReason })} />}
      {steps.length > 0 && (
        <ol className="card__steps" aria-label={t('card.steps')}>
          {steps.map((step, index) => (
            <li key={index} className={spoken?.steps.includes(index) === true ? 'is-said' : ''}>
              {spoken?.steps.includes(index) === true && <SaidTick />}
              <InlineMarkdown source={step} terms={termsOf(reasons)} />
            </li>
          ))}
        </ol>
      )}
    </>
  )
}

function OpenCard(props: CardViewProps) {
  const { content, spoken, reasons = [], actions, folded = [], showsDetails = false } = props
  const { t } = useTranslation()
  const { steps, rest } = useParts(content.answer)
  return (
    <div className="card__body">
      {content.script !== '' && (
        <p className="card__script">
          <ScriptText script={content.script} said={spoken?.script ?? []} />
        </p>
      )}
      <ReasonsAndSteps {...props} />
      <details className="card__details" open={showsDetails || steps.length === 0}>
        <summary>{t('card.details')}</summary>
        {rest.length > 0 && <Markdown blocks={rest} terms={termsOf(reasons)} />}
        <CardMeta content={content} />
      </details>
      <Folded documents={folded} addressOf={(id) => `/knowledge/${id}`} />
      {actions !== undefined && <footer className="card__actions">{actions}</footer>}
    </div>
  )
}
