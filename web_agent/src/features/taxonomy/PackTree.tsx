import { useTranslation } from '@/i18n/useTranslation'

import type { TaxonomyPackView } from '@/api/types'
import { useName } from '@/i18n/useName'

interface PackTreeProps {
  view: TaxonomyPackView
  chosen: string | null
  onChoose: (code: string) => void
}

/** Groups with their situations, codes beside the names; a click or Enter opens one for editing. */
export function PackTree({ view, chosen, onChoose }: PackTreeProps) {
  const { t } = useTranslation()
  const name = useName()
  const node = (code: string, label: string, className: string, facts: string) => (
    <button
      type="button"
      className={`taxonomy__node ${className}`}
      aria-pressed={code === chosen}
      onClick={() => {
        onChoose(code)
      }}
    >
      <span>{label}</span>
      <code>{code}</code>
      <span className="taxonomy__count">{facts}</span>
    </button>
  )
  return (
    <ul className="taxonomy__tree">
      {view.groups.map((group) => (
        <li key={group.code}>
          {node(group.code, name(group), 'is-group', '')}
          <ul>
            {group.situations.map((item) => (
              <li key={item.code}>
                {node(
                  item.code,
                  item.is_retired ? t('taxonomy.retired_name', { name: name(item) }) : name(item),
                  item.is_retired ? 'is-retired' : '',
                  t('taxonomy.usage', { entries: item.entry_count, cases: item.case_count }),
                )}
              </li>
            ))}
          </ul>
        </li>
      ))}
      {Object.entries(view.merged).map(([old, code]) => (
        <li key={old} className="taxonomy__merged">
          {t('taxonomy.merged', { old, code })}
        </li>
      ))}
    </ul>
  )
}
