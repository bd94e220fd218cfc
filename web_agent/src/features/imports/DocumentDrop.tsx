import type { DragEvent } from 'react'
import { useRef, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { Button } from '@/ui/Button'

import type { PickedFile } from './picked'
import { ACCEPTED, fromChooser, fromDrop } from './picked'

/** Files and folders, dropped or chosen. */
export function DocumentDrop({ onPick, isDisabled }: { onPick: (files: PickedFile[]) => void; isDisabled: boolean }) {
  const { t } = useTranslation()
  const [isOver, setIsOver] = useState(false)
  const folder = useRef<HTMLInputElement>(null)
  const over = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(!isDisabled)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    if (!isDisabled) void fromDrop(event.dataTransfer).then(onPick)
  }
  const choose = (input: HTMLInputElement) => {
    onPick(fromChooser(input.files ?? []))
    input.value = ''
  }
  return (
    <div className="import-drop">
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- rejected: dropping is an extra, the field inside is the control. */}
      <label
        className={isOver ? 'drop is-over' : 'drop'}
        onDragOver={over}
        onDragEnter={over}
        onDragLeave={() => {
          setIsOver(false)
        }}
        onDrop={onDrop}
      >
        <strong>{t('import.drop')}</strong>
        <span className="field__hint">{t('import.formats')}</span>
        <input
          type="file"
          className="drop__input"
          multiple
          disabled={isDisabled}
          accept={ACCEPTED}
          aria-label={t('import.drop')}
          onChange={(event) => {
            choose(event.target)
          }}
        />
      </label>
      <input
        ref={(element) => {
          folder.current = element
          // React does not know this attribute; every browser does.
          element?.setAttribute('webkitdirectory', '')
        }}
        type="file"
        className="visually-hidden"
        tabIndex={-1}
        aria-hidden="true"
        onChange={(event) => {
          choose(event.target)
        }}
      />
      <Button
        disabled={isDisabled}
        onClick={() => {
          folder.current?.click()
        }}
      >
        {t('import.choose_folder')}
      </Button>
    </div>
  )
}
