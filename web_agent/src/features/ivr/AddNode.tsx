import { useState } from 'react'

import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'

import type { FlowDefinition } from './definition'
import { KINDS } from './definition'
import { kindText } from './words'

/** Adds an empty node; its fields are filled in beside the graph. */
export function AddNode({ flow, onAdd }: { flow: FlowDefinition; onAdd: (name: string, kind: string) => void }) {
  const { t } = useTranslation()
  const [name, setName] = useState('')
  const [kind, setKind] = useState('say')
  const isUsable = /^[a-z][a-z0-9_]{0,39}$/.test(name) && !(name in flow.nodes)
  return (
    <form
      className="flow-page__add"
      onSubmit={(event) => {
        event.preventDefault()
        if (!isUsable) return
        onAdd(name, kind)
        setName('')
      }}
    >
      <select
        className="input"
        aria-label={t('ivr.node_kind')}
        value={kind}
        onChange={(event) => {
          setKind(event.target.value)
        }}
      >
        {KINDS.map((item) => (
          <option key={item} value={item}>
            {kindText(t, item)}
          </option>
        ))}
      </select>
      <input
        className="input"
        aria-label={t('ivr.node_name')}
        placeholder={t('ivr.node_name_hint')}
        value={name}
        onChange={(event) => {
          setName(event.target.value)
        }}
      />
      <Button type="submit" isSmall disabled={!isUsable}>
        {t('ivr.add_node')}
      </Button>
    </form>
  )
}
