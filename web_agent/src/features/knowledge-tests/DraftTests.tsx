import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { Problem } from '@/api/problem'
import { asProblem } from '@/api/problem'
import { useTryDraft } from '@/api/queries/knowledgeTests'
import type { EntryDraft } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { useShortcut } from '@/ui/shortcuts'

import { ChangesTable, NearQuestions, ReportSummary } from './ChangesTable'
import { GoldQuestions } from './GoldQuestions'
import { HitTestDialog } from './HitTestDialog'

interface DraftTestsProps {
  /** Null for a new entry. */
  entryId: string | null
  variants: readonly string[]
  /** The text as the form has it now. */
  draft: () => EntryDraft
  /** What the server refuses about the text goes to the form's fields. */
  onRefused: (problem: Problem) => void
}

/** Beside the form: the entry's test questions, a trial of any question, and what the text would change. */
export function DraftTests({ entryId, variants, draft, onRefused }: DraftTestsProps) {
  const { t } = useTranslation()
  const [tried, setTried] = useState<{ question: string; draft: EntryDraft } | null>(null)
  const test = useTryDraft()
  const open = (question: string) => {
    setTried({ question, draft: draft() })
  }
  const run = () => {
    test.mutate(
      { entry_id: entryId, draft: draft() },
      {
        onError: (error) => {
          onRefused(asProblem(error))
        },
      },
    )
  }
  useShortcut({
    chord: 'Alt+T',
    group: 'lists',
    label: t('hit_test.open'),
    run: () => {
      open('')
    },
  })
  return (
    <section className="draft-tests" aria-labelledby="gold-title">
      <div className="draft-tests__head">
        <h3 id="gold-title" className="panel__title">
          {t('gold.title')}
        </h3>
        <Button isSmall disabled={test.isPending} onClick={run}>
          {t(test.isPending ? 'tests.testing' : 'tests.test_draft')}
        </Button>
        <Button
          isSmall
          chord="Alt+T"
          onClick={() => {
            open('')
          }}
        >
          {t('hit_test.open')}
        </Button>
      </div>
      {entryId === null ? (
        <p className="field__hint">{t('gold.after_saving')}</p>
      ) : (
        <>
          <p className="field__hint">{t('gold.hint')}</p>
          <GoldQuestions entryId={entryId} variants={variants} onTry={open} />
        </>
      )}
      <div aria-live="polite">
        {test.isError && <p className="field__error">{problemText(t, asProblem(test.error))}</p>}
        {test.data === null && <p className="field__hint">{t('tests.untouched')}</p>}
        {test.data !== undefined && test.data !== null && (
          <>
            <ReportSummary report={test.data} />
            <NearQuestions near={test.data.near} />
            <ChangesTable changes={test.data.changes} />
          </>
        )}
      </div>
      {tried !== null && (
        <HitTestDialog
          edit={{ entry_id: entryId, draft: tried.draft }}
          question={tried.question}
          onClose={() => {
            setTried(null)
          }}
        />
      )}
    </section>
  )
}
