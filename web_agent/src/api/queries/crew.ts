import { queryOptions } from '@tanstack/react-query'

import { answer, api } from '../http'

const signed = (token: string) => ({ Authorization: `Bearer ${token}` })

/** The order of a crew link; the token goes in a header, so that no address holds it. */
export const crewOrderQuery = (token: string) =>
  queryOptions({
    queryKey: ['crew'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/crew/order', { headers: signed(token), signal })),
    retry: false,
  })

export const acceptCrewOrder = (token: string) => answer(api.POST('/api/v1/crew/accept', { headers: signed(token) }))

export const arriveAtCrewOrder = (token: string) => answer(api.POST('/api/v1/crew/arrive', { headers: signed(token) }))

export const finishCrewOrder = (token: string, result: string) =>
  answer(api.POST('/api/v1/crew/done', { headers: signed(token), body: { result } }))

export const sendCrewPhoto = (token: string, file: File) =>
  answer(
    api.POST('/api/v1/crew/photo', {
      headers: { ...signed(token), 'Content-Type': file.type },
      // The schema types the picture as text; what is sent is the file.
      body: '',
      bodySerializer: () => file,
    }),
  )

/** When the crew's unit can come. */
export const crewSlotsQuery = (token: string) =>
  queryOptions({
    queryKey: ['crew', 'slots'],
    queryFn: ({ signal }) => answer(api.GET('/api/v1/crew/slots', { headers: signed(token), signal })),
    retry: false,
  })

export const moveCrewAppointment = (token: string, startsAt: string, reason: string) =>
  answer(api.POST('/api/v1/crew/appointment', { headers: signed(token), body: { starts_at: startsAt, reason } }))
