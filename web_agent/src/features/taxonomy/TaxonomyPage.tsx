import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'

import { packFileAddress, packQuery, useChangePack, useImportPack } from '@/api/queries/taxonomy'
import { asProblem } from '@/api/problem'
import type { TaxonomyPackView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { SECTORS } from '@/ui/sectors'
import { Banner, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { NodeForms } from './NodeForms'
import { PackHistory } from './PackHistory'
import { PackTree } from './PackTree'

import './Taxonomy.css'

const GENERAL = 'general'

/** The packs of situations: what there is, how much is filed under it, and every change that was made. */
export function TaxonomyPage() {
  const { t } = useTranslation()
  const [pack, setPack] = useState<string>(SECTORS[0])
  usePageTitle(t('taxonomy.title'))
  return (
    <div className="page">
      <div className="page__head">
        <h1 className="page__title">{t('taxonomy.title')}</h1>
        <select
          className="input taxonomy__pack"
          aria-label={t('taxonomy.pack')}
          value={pack}
          onChange={(event) => {
            setPack(event.target.value)
          }}
        >
          {SECTORS.map((code) => (
            <option key={code} value={code}>
              {t(`sector.${code}`)}
            </option>
          ))}
          <option value={GENERAL}>{t('taxonomy.general')}</option>
        </select>
      </div>
      <Pack key={pack} pack={pack} />
    </div>
  )
}

function Pack({ pack }: { pack: string }) {
  const view = useQuery(packQuery(pack))
  if (view.isPending) return <Loading lines={10} />
  if (view.isError) return <Failure error={view.error} onRetry={view.refetch} />
  return <PackEditor view={view.data} />
}

function PackEditor({ view }: { view: TaxonomyPackView }) {
  const { t } = useTranslation()
  const [chosen, setChosen] = useState<string | null>(null)
  const change = useChangePack(view.pack, view.number)
  return (
    <div className="taxonomy">
      <section className="panel" aria-labelledby="taxonomy-tree">
        <div className="panel__head">
          <h2 id="taxonomy-tree" className="panel__title">
            {t('taxonomy.tree')}
          </h2>
          <span className="tag">{view.number === 0 ? t('taxonomy.shipped') : t('taxonomy.version', view)}</span>
          <PackFiles view={view} />
        </div>
        <PackTree view={view} chosen={chosen} onChoose={setChosen} />
      </section>
      <section className="panel" aria-labelledby="taxonomy-edit">
        <div className="panel__head">
          <h2 id="taxonomy-edit" className="panel__title">
            {t('taxonomy.edit')}
          </h2>
        </div>
        <div className="taxonomy__body">
          {change.error !== null && <Banner tone="problem">{problemText(t, asProblem(change.error))}</Banner>}
          <NodeForms
            key={chosen ?? ''}
            view={view}
            chosen={chosen}
            isPending={change.isPending}
            onChange={(wanted, then) => {
              change.mutate(wanted, {
                onSuccess: () => {
                  if (then !== undefined) setChosen(then)
                },
              })
            }}
          />
        </div>
        <PackHistory pack={view.pack} number={view.number} />
      </section>
    </div>
  )
}

function PackFiles({ view }: { view: TaxonomyPackView }) {
  const { t } = useTranslation()
  const importing = useImportPack(view.pack, view.number)
  const problem = importing.error === null ? null : asProblem(importing.error)
  return (
    <span className="taxonomy__files">
      <a className="button button--small" href={packFileAddress(view.pack)} download={`${view.pack}.yaml`}>
        {t('taxonomy.export')}
      </a>
      <label className="button button--small taxonomy__import">
        {t('taxonomy.import')}
        <input
          className="visually-hidden"
          type="file"
          accept=".yaml,.yml"
          onChange={(event) => {
            const file = event.target.files?.[0]
            if (file !== undefined) importing.mutate(file)
            event.target.value = ''
          }}
        />
      </label>
      {problem !== null && (
        <span className="field__error" role="alert">
          {problemText(t, problem)} {problem.errors.map((error) => error.message).join(' ')}
        </span>
      )}
    </span>
  )
}
