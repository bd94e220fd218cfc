import type { DragEvent } from 'react'
import { useId, useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { Button } from '@/ui/Button'

import { ACCEPTED, addFiles } from './uploads'

interface FileDropProps {
  files: readonly File[]
  error: string | null
  onChange: (files: readonly File[]) => void
}

/** One recording, or two with a part each; dropped or chosen. */
export function FileDrop({ files, error, onChange }: FileDropProps) {
  const { t } = useTranslation()
  const errorId = useId()
  const [isOver, setIsOver] = useState(false)
  const [refused, setRefused] = useState(0)

  const add = (added: readonly File[]) => {
    const choice = addFiles(files, added)
    setRefused(choice.refused)
    onChange(choice.files)
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(false)
    add([...event.dataTransfer.files])
  }
  const over = (event: DragEvent) => {
    event.preventDefault()
    setIsOver(true)
  }
  return (
    <div className="field">
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
        <strong>{t('upload.drop')}</strong>
        <span className="field__hint">{t('upload.formats')}</span>
        <input
          type="file"
          className="drop__input"
          multiple
          accept={ACCEPTED}
          aria-label={t('upload.drop')}
          aria-invalid={error !== null}
          aria-describedby={errorId}
          onChange={(event) => {
            add([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
      </label>
      <ChosenFiles files={files} onChange={onChange} />
      <span id={errorId} className="field__error" role="alert">
        {error ?? (refused > 0 ? t('upload.too_many') : '')}
      </span>
    </div>
  )
}

function ChosenFiles({ files, onChange }: Omit<FileDropProps, 'error'>) {
  const { t } = useTranslation()
  const [first, second] = files
  return (
    <ul className="drop__files">
      {files.map((file, index) => (
        <li key={`${file.name}-${file.size}`}>
          {files.length === 2 && (
            <span className="tag">{t(index === 0 ? 'transcript.customer' : 'transcript.agent')}</span>
          )}
          <span className="drop__name">{file.name}</span>
          <Button
            isSmall
            tone="quiet"
            aria-label={t('upload.remove_named', { name: file.name })}
            onClick={() => {
              onChange(files.filter((known) => known !== file))
            }}
          >
            {t('upload.remove')}
          </Button>
        </li>
      ))}
      {first !== undefined && second !== undefined && (
        <li>
          <Button
            isSmall
            onClick={() => {
              onChange([second, first])
            }}
          >
            {t('upload.swap')}
          </Button>
        </li>
      )}
    </ul>
  )
}
