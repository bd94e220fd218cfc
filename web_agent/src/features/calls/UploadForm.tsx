import type { SyntheticEvent } from 'react'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { useNavigate } from 'react-router'

import { asProblem } from '@/api/problem'
import { useStartReplay } from '@/api/queries/calls'
import type { ReplaySpeed } from '@/api/types'
import type { DeskState } from '@/features/call/Desk'
import { fieldText, problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { SECTORS } from '@/ui/sectors'
import { Segmented } from '@/ui/Segmented'
import { Banner } from '@/ui/states'

import { FileDrop } from './FileDrop'

/** Sends a recording down the path of a live call. */
export function UploadForm() {
  const { t } = useTranslation()
  const start = useStartReplay()
  const navigate = useNavigate()
  const [files, setFiles] = useState<readonly File[]>([])
  const [speed, setSpeed] = useState<ReplaySpeed>('1')
  const [sector, setSector] = useState('')
  const [title, setTitle] = useState('')
  const problem = start.isError ? asProblem(start.error) : null

  const errorOf = (field: string): string | null => {
    const error = problem?.fields.find((item) => item.field.split('.')[0] === field)
    return error === undefined ? null : fieldText(t, error)
  }
  const submit = (event: SyntheticEvent) => {
    event.preventDefault()
    const state: DeskState = { listen: speed === '1' }
    start.mutate(
      { files, speed, sector: sector === '' ? null : sector, title: title.trim() },
      { onSuccess: ({ call_id }) => void navigate(`/calls/${call_id}`, { state }) },
    )
  }
  return (
    <section className="panel" aria-labelledby="upload-title">
      <div className="panel__head">
        <h2 id="upload-title" className="panel__title">
          {t('upload.title')}
        </h2>
      </div>
      <form className="upload" onSubmit={submit}>
        {problem !== null && problem.fields.length === 0 && <Banner tone="problem">{problemText(t, problem)}</Banner>}
        <FileDrop
          files={files}
          error={errorOf('files')}
          onChange={(next) => {
            start.reset()
            setFiles(next)
          }}
        />
        <div className="upload__row">
          <label className="field">
            <span className="field__label">{t('upload.sector')}</span>
            <select
              className="input"
              value={sector}
              onChange={(event) => {
                setSector(event.target.value)
              }}
            >
              <option value="">{t('upload.sector_any')}</option>
              {SECTORS.map((code) => (
                <option key={code} value={code}>
                  {t(`sector.${code}`)}
                </option>
              ))}
            </select>
          </label>
          <Segmented
            legend={t('upload.speed')}
            value={speed}
            options={(['1', 'max'] as const).map((value) => ({ value, label: t(`upload.speed_${value}`) }))}
            onChange={setSpeed}
          />
        </div>
        <Field
          label={t('upload.name')}
          error={errorOf('title')}
          maxLength={200}
          placeholder={files[0]?.name ?? ''}
          value={title}
          onChange={(event) => {
            setTitle(event.target.value)
          }}
        />
        <Button type="submit" tone="primary" disabled={files.length === 0 || start.isPending}>
          {start.isPending ? t('upload.sending') : t('upload.start')}
        </Button>
      </form>
    </section>
  )
}
