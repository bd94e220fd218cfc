import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { hitTestQuery } from '@/api/queries/knowledgeTests'
import type { DraftToTest } from '@/api/types'
import { Empty, Failure, Loading } from '@/ui/states'

import type { HitTestInput } from './HitTestForm'
import { HitTestForm, requestOf } from './HitTestForm'
import { HitList } from './HitList'
import { movesOf } from './hits'

import './HitTest.css'

interface HitTestProps {
  input: HitTestInput
  /** The text in the editor's form; null to search the knowledge as it is. */
  edit: DraftToTest | null
}

/** What cards would see for a question, and beside it what they would see after the edit. */
export function HitTest({ input, edit }: HitTestProps) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState(input)
  const answer = useQuery(hitTestQuery({ ...requestOf(asked), edit }))
  return (
    <div className="hit-test">
      <HitTestForm initial={input} isBusy={answer.isFetching} onAsk={setAsked} />
      {asked.text.trim() === '' && <Empty title={t('hit_test.ask')} hint={t('hit_test.ask_hint')} />}
      {asked.text.trim() !== '' && answer.isPending && <Loading lines={6} />}
      {answer.isError && <Failure error={answer.error} onRetry={answer.refetch} />}
      {answer.data !== undefined && !answer.isError && (
        <div className={answer.data.after === null ? 'hit-test__lists' : 'hit-test__lists hit-test__lists--two'}>
          <HitList
            title={t('hit_test.now')}
            question={asked.text}
            list={answer.data.before}
            threshold={answer.data.answer_threshold}
            moves={answer.data.after && movesOf(answer.data.before.hits, answer.data.after.hits)}
          />
          {answer.data.after !== null && (
            <HitList
              title={t('hit_test.after')}
              question={asked.text}
              list={answer.data.after}
              threshold={answer.data.answer_threshold}
              moves={movesOf(answer.data.before.hits, answer.data.after.hits)}
            />
          )}
        </div>
      )}
    </div>
  )
}
