import { useState } from 'react'
import { Link } from 'react-router'

import { actOnItem, publishItem, sendBackItem, useDeskChanged } from '@/api/queries/curation'
import type { Consent } from '@/api/queries/knowledge'
import type { CurationItemAction, CurationItemSummary, CurationItemView } from '@/api/types'
import { asksForConsent, DropPanel } from '@/features/knowledge-tests/DropPanel'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner } from '@/ui/states'
import { useGo } from '@/ui/useGo'
import { useSaving } from '@/ui/useSaving'

import type { Asked } from './AskForm'
import { AskForm } from './AskForm'
import { Evidence } from './Evidence'

type Deed = Omit<CurationItemAction, 'version' | 'reason' | 'days'> & { reason?: string; days?: number }

interface ItemPaneProps {
  view: CurationItemView
  /** Items that this one could be merged into, and the one that comes next. */
  others: readonly CurationItemSummary[]
}

/** One item: what can be done with it by one key each, and below it the evidence. */
export function ItemPane({ view, others }: ItemPaneProps) {
  const { t } = useTranslation()
  const { item } = view
  const go = useGo()
  const changed = useDeskChanged()
  const [asked, setAsked] = useState<Asked | null>(null)
  const saving = useSaving((send: () => Promise<CurationItemView>) => send(), {
    onSaved: (saved) => {
      const place = others.findIndex((other) => other.id === item.id)
      const next = others[place + 1] ?? others[place - 1]
      const isDecided = ['done', 'rejected', 'merged', 'gone'].includes(saved.item.state)
      if (isDecided && next !== undefined) go(`/curation/${next.id}`)
      void changed()
    },
    onRefused: changed,
  })
  const act = (deed: Deed) => {
    saving.save(() => actOnItem(item.id, { reason: '', days: 7, ...deed, version: item.version }))
  }
  const publish = (consent: Consent) => {
    saving.save(() => publishItem(item.id, item.version, consent))
  }
  const { problem } = saving
  return (
    <>
      <div className="panel__head">
        <h2 className="panel__title">
          {t(`curation.kind_${item.kind}`)} · {t(`curation.state_${item.state}`)}
        </h2>
        <Actions
          view={view}
          isPending={saving.isPending}
          onAct={act}
          onAsk={setAsked}
          onPublish={() => {
            publish({ ask_before_drop: true, override_reason: '' })
          }}
        />
      </div>
      <div className="browser__body">
        {problem !== null && !asksForConsent(problem) && <Banner tone="problem">{problemText(t, problem)}</Banner>}
        {problem !== null && asksForConsent(problem) && (
          <DropPanel
            problem={problem}
            stayLabel={t('review.not_now')}
            isPending={saving.isPending}
            onPublish={publish}
            onStay={saving.settle}
          />
        )}
        {asked !== null && (
          <AskForm
            asked={asked}
            item={item}
            others={others}
            onClose={() => {
              setAsked(null)
            }}
            onAct={act}
            onSendBack={(reason) => {
              saving.save(() => sendBackItem(item.id, item.version, reason))
            }}
          />
        )}
        <h3 className="curation__question">{item.title}</h3>
        {item.snoozed_until !== null && (
          <p className="field__hint">{t('curation.snoozed_until', { at: localTime(item.snoozed_until) })}</p>
        )}
        {view.reason !== '' && <Banner tone="plain">{t('curation.reason_was', { reason: view.reason })}</Banner>}
        {view.decided_at !== null && (
          <p className="field__hint">
            {t('curation.decided', { name: view.decided_by_name, at: localTime(view.decided_at) })}
          </p>
        )}
        <Evidence view={view} />
      </div>
    </>
  )
}

interface ActionsProps {
  view: CurationItemView
  isPending: boolean
  onAct: (deed: Deed) => void
  onAsk: (asked: Asked) => void
  onPublish: () => void
}

function Actions({ view, isPending, onAct, onAsk, onPublish }: ActionsProps) {
  const { t } = useTranslation()
  const go = useGo()
  const { item } = view
  if (item.state === 'in_review') {
    return (
      <span className="browser__actions">
        {view.draft !== null && <Link to={`/knowledge/${view.draft.entry_id}`}>{t('curation.open_entry')}</Link>}
        <Key
          chord="R"
          label={t('curation.send_back')}
          isPending={isPending}
          run={() => {
            onAsk('send_back')
          }}
        />
        <Key chord="P" label={t('curation.publish')} isPending={isPending} isMain run={onPublish} />
      </span>
    )
  }
  if (item.state === 'rejected') {
    return (
      <span className="browser__actions">
        <Key
          chord="O"
          label={t('curation.reopen')}
          isPending={isPending}
          run={() => {
            onAct({ action: 'reopen' })
          }}
        />
      </span>
    )
  }
  if (item.state !== 'open' && item.state !== 'taken') return null
  const isTaken = item.state === 'taken'
  const asks = [
    ['G', 'assign'],
    ['S', 'snooze'],
    ['M', 'merge'],
    ['R', 'reject'],
  ] as const
  return (
    <span className="browser__actions curation__actions">
      <Key
        chord="T"
        label={t(isTaken ? 'curation.release' : 'curation.take')}
        isPending={isPending}
        run={() => {
          onAct({ action: isTaken ? 'release' : 'take' })
        }}
      />
      {asks.map(([chord, asked]) => (
        <Key
          key={asked}
          chord={chord}
          label={t(`curation.${asked}`)}
          isPending={isPending}
          run={() => {
            onAsk(asked)
          }}
        />
      ))}
      <Key
        chord="A"
        label={t('curation.accept')}
        isPending={isPending}
        isMain
        run={() => {
          go(`/curation/${item.id}/draft`)
        }}
      />
    </span>
  )
}

interface KeyProps {
  chord: string
  label: string
  isPending: boolean
  isMain?: boolean
  run: () => void
}

function Key({ chord, label, isPending, isMain = false, run }: KeyProps) {
  useShortcut({ chord, group: 'lists', label, run, isEnabled: !isPending })
  return (
    <Button isSmall tone={isMain ? 'primary' : 'plain'} chord={chord} disabled={isPending} onClick={run}>
      {label}
    </Button>
  )
}
