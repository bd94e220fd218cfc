import { useEffect, useRef } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import type { DraftToTest } from '@/api/types'
import { Button } from '@/ui/Button'

import { HitTest } from './HitTest'
import { NO_QUESTION } from './HitTestForm'

interface HitTestDialogProps {
  edit: DraftToTest
  question: string
  onClose: () => void
}

/** The hit test over the editor: the form below keeps what was typed. */
export function HitTestDialog({ edit, question, onClose }: HitTestDialogProps) {
  const { t } = useTranslation()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="dialog dialog--wide" aria-labelledby="hit-test-title" onClose={onClose}>
      <div className="dialog__head">
        <h2 id="hit-test-title" className="dialog__title">
          {t('hit_test.title_edit')}
        </h2>
        <Button tone="quiet" chord="Esc" onClick={() => dialog.current?.close()}>
          {t('common.close')}
        </Button>
      </div>
      <div className="dialog__body">
        <HitTest input={{ ...NO_QUESTION, text: question, sector: edit.draft.sector ?? '' }} edit={edit} />
      </div>
    </dialog>
  )
}
