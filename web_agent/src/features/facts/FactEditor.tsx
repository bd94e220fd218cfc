import { useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { isComposing } from '@/ui/keys'

import type { FactField } from './fields'

interface FactEditorProps {
  field: FactField
  value: string
  isPending: boolean
  onSave: (value: string) => void
  onCancel: () => void
}

/** Sets one field by hand: Enter saves, Escape leaves it as it was. */
export function FactEditor({ field, value, isPending, onSave, onCancel }: FactEditorProps) {
  const { t } = useTranslation()
  const [typed, setTyped] = useState(value)
  return (
    <form
      className="facts__editor"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isPending) onSave(typed.trim())
      }}
    >
      <input
        className="input"
        aria-label={t(`facts.field_${field}`)}
        maxLength={200}
        // eslint-disable-next-line jsx-a11y/no-autofocus -- rejected: the field opens because somebody asked to type in it.
        autoFocus
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value)
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape' && !isComposing(event.nativeEvent)) {
            event.stopPropagation()
            onCancel()
          }
        }}
      />
      <Button type="submit" isSmall tone="primary" disabled={isPending}>
        {t('facts.save')}
      </Button>
    </form>
  )
}
