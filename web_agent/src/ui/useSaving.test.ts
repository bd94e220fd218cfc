import { act, renderHook, waitFor } from '@testing-library/react'
import { expect, it, vi } from 'vitest'

import { Problem } from '@/api/problem'

import { useSaving } from './useSaving'

it('sends once, however often it is pressed', async () => {
  let finish: (saved: string) => void = () => undefined
  const send = vi.fn<(input: number) => Promise<string>>(
    () =>
      new Promise((resolve) => {
        finish = resolve
      }),
  )
  const onSaved = vi.fn()
  const { result } = renderHook(() => useSaving(send, { onSaved }))
  act(() => {
    result.current.save(1)
    result.current.save(2)
  })
  expect(send).toHaveBeenCalledExactlyOnceWith(1)
  expect(result.current.isPending).toBe(true)
  act(() => {
    finish('done')
  })
  await waitFor(() => {
    expect(result.current.isPending).toBe(false)
  })
  expect(onSaved).toHaveBeenCalledExactlyOnceWith('done')
  act(() => {
    result.current.save(3)
  })
  expect(send).toHaveBeenCalledTimes(2)
})

it('says why it was refused, field by field, until the next attempt', async () => {
  const refusal = new Problem(422, 'text_empty', 'm', 'title')
  const send = vi.fn<(input: string) => Promise<never>>(() => Promise.reject(refusal))
  const { result } = renderHook(() => useSaving(send))
  act(() => {
    result.current.save('x')
  })
  await waitFor(() => {
    expect(result.current.problem).toBe(refusal)
  })
  expect(result.current.errorOf('title')?.code).toBe('text_empty')
  expect(result.current.errorOf('body')).toBeNull()
  act(() => {
    result.current.settle()
  })
  expect(result.current.problem).toBeNull()
})
