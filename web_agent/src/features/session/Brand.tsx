import { useTranslation } from '@/i18n/useTranslation'

import './session.css'

export function Brand() {
  const { t } = useTranslation()
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="7" fill="var(--accent)" />
        <g fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round">
          <path d="M8 13v6M13 9v14M18 12v8" />
          <path d="M23.5 11.5a6.4 6.4 0 0 1 0 9" />
        </g>
      </svg>
      {t('app.name')}
    </span>
  )
}
