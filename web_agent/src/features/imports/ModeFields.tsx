import { useTranslation } from '@/i18n/useTranslation'

import type { ImportSettings } from '@/api/types'
import { Segmented } from '@/ui/Segmented'

interface ModeFieldsProps {
  settings: ImportSettings
  onChange: (settings: ImportSettings) => void
}

/** Found at once or looked at first; and what happens to entries the document no longer has. */
export function ModeFields({ settings, onChange }: ModeFieldsProps) {
  const { t } = useTranslation()
  return (
    <div className="import-mode">
      <Segmented
        legend={t('import.mode')}
        value={settings.mode}
        options={(['publish', 'review'] as const).map((value) => ({ value, label: t(`import.mode_${value}`) }))}
        onChange={(mode) => {
          onChange({ ...settings, mode })
        }}
      />
      <label className="import-mode__check">
        <input
          type="checkbox"
          checked={settings.retires_gone}
          onChange={(event) => {
            onChange({ ...settings, retires_gone: event.target.checked })
          }}
        />
        {t('import.retires_gone')}
      </label>
    </div>
  )
}
