import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { asProblem } from '@/api/problem'
import { testStateQuery, useStartRun } from '@/api/queries/knowledgeTests'
import { codeText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'

/** Starts a run of all questions and shows how far it is. */
export function RunAll({ onFinished }: { onFinished: () => unknown }) {
  const { t } = useTranslation()
  const state = useQuery(testStateQuery)
  const start = useStartRun()
  const progress = state.data
  const isRunning = progress?.is_running === true
  const wasRunning = useRef(false)
  const finished = useRef(onFinished)
  useEffect(() => {
    finished.current = onFinished
  })
  useEffect(() => {
    if (wasRunning.current && !isRunning) finished.current()
    wasRunning.current = isRunning
  }, [isRunning])
  const failedCode = progress?.failed_code ?? null
  return (
    <span className="drop__actions">
      <span role="status">
        {isRunning && t('tests.progress', { done: progress.done, total: progress.total })}
        {!isRunning && failedCode !== null && codeText(t, failedCode, '')}
        {start.isError && problemText(t, asProblem(start.error))}
      </span>
      <Button
        tone="primary"
        disabled={isRunning || start.isPending}
        onClick={() => {
          start.mutate()
        }}
      >
        {t('tests.run_all_now')}
      </Button>
    </span>
  )
}
