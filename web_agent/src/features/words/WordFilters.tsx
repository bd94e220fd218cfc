import { useTranslation } from '@/i18n/useTranslation'

import type { WordFilter } from '@/api/queries/words'
import { SECTORS } from '@/ui/sectors'
import { Segmented } from '@/ui/Segmented'

import { USES } from './uses'

interface WordFiltersProps {
  filter: WordFilter
  onChange: (filter: WordFilter) => void
}

export function WordFilters({ filter, onChange }: WordFiltersProps) {
  const { t } = useTranslation()
  return (
    <div className="words__filters">
      <Segmented
        legend={t('words.use')}
        isLegendHidden
        value={filter.use ?? 'every'}
        options={[
          { value: 'every', label: t('words.use_every') },
          ...USES.map((value) => ({ value, label: t(`words.use_${value}`) })),
        ]}
        onChange={(value) => {
          onChange({ ...filter, use: value === 'every' ? null : value })
        }}
      />
      <select
        className="input words__sector"
        aria-label={t('words.sector')}
        value={filter.sector ?? ''}
        onChange={(event) => {
          onChange({ ...filter, sector: event.target.value || null })
        }}
      >
        <option value="">{t('words.sector_any')}</option>
        <option value="all">{t('sector.every')}</option>
        {SECTORS.map((code) => (
          <option key={code} value={code}>
            {t(`sector.${code}`)}
          </option>
        ))}
      </select>
      <input
        className="input words__text"
        type="search"
        aria-label={t('words.filter')}
        placeholder={t('words.filter')}
        maxLength={100}
        value={filter.text ?? ''}
        onChange={(event) => {
          onChange({ ...filter, text: event.target.value || null })
        }}
      />
    </div>
  )
}
