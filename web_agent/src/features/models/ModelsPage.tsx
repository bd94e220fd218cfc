import { useQuery } from '@tanstack/react-query'
import { useTranslation } from '@/i18n/useTranslation'

import { modelsQuery, useRollBack, useTrainModel } from '@/api/queries/categories'
import { asProblem } from '@/api/problem'
import type { CategoryModels, CategoryModelView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { Button } from '@/ui/Button'
import { localTime } from '@/ui/format'
import { useShortcut } from '@/ui/shortcuts'
import { Banner, Empty, Failure, Loading } from '@/ui/states'
import { usePageTitle } from '@/ui/usePageTitle'

import { Curve } from './Curve'
import { share } from './figures'
import { History } from './History'

import './Models.css'

/** The models that rank categories: what they learned from, how good they are, and which one answers. */
export function ModelsPage() {
  const { t } = useTranslation()
  usePageTitle(t('models.title'))
  return <Models />
}

function Models() {
  const { t } = useTranslation()
  const models = useQuery(modelsQuery)
  const train = useTrainModel()
  const rollBack = useRollBack()
  const isLearning = train.isPending || models.data?.is_learning === true
  const learn = () => {
    train.mutate()
  }
  useShortcut({ chord: 'T', group: 'lists', label: t('models.train'), run: learn, isEnabled: !isLearning })
  const failure = train.error ?? rollBack.error
  return (
    <div className="page models">
      <div className="page__head">
        <h1 className="page__title">{t('models.title')}</h1>
        <Button chord="T" className="banner__action" disabled={isLearning} onClick={learn}>
          {t('models.train')}
        </Button>
      </div>
      {isLearning && <Banner tone="plain">{t('models.learning')}</Banner>}
      {failure !== null && <Banner tone="problem">{problemText(t, asProblem(failure))}</Banner>}
      {models.isPending && <Loading lines={8} />}
      {models.isError && <Failure error={models.error} onRetry={models.refetch} />}
      {models.data !== undefined && (
        <Overview
          models={models.data}
          isPending={rollBack.isPending}
          onRollBack={(number) => {
            rollBack.mutate({ number, note: '' })
          }}
        />
      )}
    </div>
  )
}

interface OverviewProps {
  models: CategoryModels
  isPending: boolean
  onRollBack: (number: number) => void
}

function Overview({ models, isPending, onRollBack }: OverviewProps) {
  const { t } = useTranslation()
  const live = models.items.find((model) => model.state === 'live')
  if (models.items.length === 0) return <Empty title={t('models.none')} hint={t('models.none_hint')} />
  return (
    <div className="models__columns">
      <section className="panel" aria-labelledby="models-list">
        <div className="panel__head">
          <h2 id="models-list" className="panel__title">
            {t('models.history')}
          </h2>
        </div>
        <History models={models.items} />
        <div className="models__scroll">
          <table className="models__table">
            <thead>
              <tr>
                {(['number', 'trained', 'examples', 'accuracy', 'macro_f1', 'calibration', 'answered'] as const).map(
                  (column) => (
                    <th key={column} scope="col">
                      {t(`models.${column}`)}
                    </th>
                  ),
                )}
                <th scope="col">{t('models.action')}</th>
              </tr>
            </thead>
            <tbody>
              {models.items.map((model) => (
                <ModelRow key={model.number} model={model} isPending={isPending} onRollBack={onRollBack} />
              ))}
            </tbody>
          </table>
        </div>
        <p className="models__hint">{t('models.policy', { tolerance: share(models.tolerance) })}</p>
      </section>
      {live?.quality != null && <Curve number={live.number} quality={live.quality} />}
    </div>
  )
}

function ModelRow({
  model,
  isPending,
  onRollBack,
}: {
  model: CategoryModelView
  isPending: boolean
  onRollBack: (number: number) => void
}) {
  const { t } = useTranslation()
  const { quality, counts, comparison } = model
  return (
    <tr className={model.state === 'live' ? 'is-live' : ''}>
      <th scope="row">
        {model.number} <ModelState state={model.state} />
      </th>
      <td>
        {localTime(model.trained_at)}
        <span className="models__note">
          {t(`models.reason_${model.reason}`)}
          {model.trained_by !== '' && ` · ${model.trained_by}`}
        </span>
      </td>
      <td>
        {t('models.counts', { entry: counts.entry ?? 0, case: counts.case ?? 0, choice: counts.choice ?? 0 })}
        <span className="models__note">{t('models.category_count', { count: counts.categories ?? 0 })}</span>
      </td>
      <td>
        {quality === null ? '–' : share(quality.accuracy)}
        {comparison.live_number !== null && (
          <span className="models__note">
            {t('models.compared', { number: comparison.live_number, accuracy: share(comparison.live_accuracy) })}
          </span>
        )}
      </td>
      <td>{quality === null ? '–' : share(quality.macro_f1)}</td>
      <td>{quality === null ? '–' : quality.calibration_error.toFixed(3)}</td>
      <td>{quality === null ? '–' : share(quality.coverage)}</td>
      <td>
        {model.state !== 'live' && (
          <Button
            isSmall
            disabled={isPending || !model.can_roll_back}
            title={model.can_roll_back ? undefined : t('models.file_gone')}
            aria-label={t('models.make_live_named', { number: model.number })}
            onClick={() => {
              onRollBack(model.number)
            }}
          >
            {t('models.make_live')}
          </Button>
        )}
      </td>
    </tr>
  )
}

function ModelState({ state }: { state: CategoryModelView['state'] }) {
  const { t } = useTranslation()
  const tones = { live: 'tag tag--ready', kept: 'tag', rejected: 'tag tag--waiting' }
  return <span className={tones[state]}>{t(`models.state_${state}`)}</span>
}
