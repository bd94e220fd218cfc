import type { CallFact, NoticeView, Utterance } from '@/api/types'

interface Heard {
  sector: string | null
  utterances: readonly Utterance[]
  facts: readonly CallFact[]
  /** Addresses in the files of the customers that the caller may be. */
  addresses: readonly string[]
}

/** Notices of the areas that the caller names or lives in; a call whose sector is known hears of no other. */
export function noticesFor(notices: readonly NoticeView[], heard: Heard): NoticeView[] {
  const said = [
    ...heard.utterances.filter((utterance) => utterance.leg_role === 'customer').map((utterance) => utterance.text),
    ...heard.facts.filter((fact) => fact.field === 'address').map((fact) => fact.value),
    ...heard.addresses,
  ]
  return notices.filter(
    (notice) =>
      (heard.sector === null || notice.sector === heard.sector) && said.some((text) => text.includes(notice.area)),
  )
}
