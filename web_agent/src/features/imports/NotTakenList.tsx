import { useTranslation } from '@/i18n/useTranslation'

import { problemText } from '@/i18n/problemText'
import { Banner } from '@/ui/states'

import type { NotTaken } from './useSending'

/** Files the server refused to store at all. */
export function NotTakenList({ files }: { files: readonly NotTaken[] }) {
  const { t } = useTranslation()
  if (files.length === 0) return null
  return (
    <Banner tone="problem">
      {t('import.not_taken', { count: files.length })}
      <ul className="imports__not-taken">
        {files.map(({ name, problem }) => (
          <li key={name}>
            {name}：{problemText(t, problem)}
          </li>
        ))}
      </ul>
    </Banner>
  )
}
