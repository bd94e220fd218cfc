import { useState } from 'react'
import { useSearchParams } from 'react-router'

import type { CaseFilter } from '@/api/queries/cases'
import type { CaseOutcome } from '@/api/types'

import { OUTCOMES } from './caseDraft'

/** Chosen from lists, hence nothing personal: these stand in the address. */
const IN_ADDRESS = ['sector', 'situation', 'outcome', 'from', 'until'] as const
export type AddressFilter = (typeof IN_ADDRESS)[number]
/** Written by hand, and people write names: these stay on the page. */
export type WrittenFilter = 'text' | 'equipment' | 'area'

const NOTHING: Record<WrittenFilter, string> = { text: '', equipment: '', area: '' }

export function useCaseFilter() {
  const [address, setAddress] = useSearchParams()
  const [written, setWritten] = useState(NOTHING)
  const chosen = Object.fromEntries(IN_ADDRESS.map((name) => [name, address.get(name) ?? ''])) as Record<
    AddressFilter,
    string
  >
  const choose = (name: AddressFilter, value: string) => {
    setAddress(
      (before) => {
        const next = new URLSearchParams(before)
        if (value === '') next.delete(name)
        else next.set(name, value)
        // A situation belongs to its sector.
        if (name === 'sector') next.delete('situation')
        return next
      },
      { replace: true },
    )
  }
  const write = (name: WrittenFilter, value: string) => {
    setWritten((before) => ({ ...before, [name]: value }))
  }
  const clear = () => {
    setWritten(NOTHING)
    setAddress({}, { replace: true })
  }
  const isNarrowed = Object.values({ ...chosen, ...written }).some((value) => value !== '')
  return { chosen, written, choose, write, clear, isNarrowed, search: address.toString() }
}

export type CaseFilterState = ReturnType<typeof useCaseFilter>

const day = (text: string): string | null => (/^\d{4}-\d\d-\d\d$/.test(text) ? text : null)

/** What is asked of the server; an address that somebody wrote by hand cannot break it. */
export function filterOf(chosen: Record<AddressFilter, string>, written: Record<WrittenFilter, string>): CaseFilter {
  return {
    text: written.text.trim(),
    equipment: written.equipment.trim(),
    area: written.area.trim(),
    sector: chosen.sector || null,
    situation: chosen.situation || null,
    outcome: OUTCOMES.find((known: CaseOutcome) => known === chosen.outcome) ?? null,
    occurred_from: day(chosen.from),
    occurred_until: day(chosen.until),
  }
}
