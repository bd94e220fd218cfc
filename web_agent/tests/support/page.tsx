import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { render } from '@testing-library/react'
import type { ReactElement } from 'react'
import { createMemoryRouter, RouterProvider } from 'react-router'
import { vi } from 'vitest'

import { ShortcutProvider } from '@/ui/shortcuts'

/** One answer of the server: status and body. */
export type Reply = readonly [status: number, body: unknown]

export interface SentRequest {
  method: string
  path: string
  body: unknown
}

/** Answers requests by `METHOD /path` and keeps what was sent; an unknown one fails the test with a 599. */
export function serve(replies: Record<string, Reply | ((request: SentRequest) => Reply)>): SentRequest[] {
  const sent: SentRequest[] = []
  vi.stubGlobal('fetch', async (input: Request) => {
    const text = await input.clone().text()
    const request: SentRequest = {
      method: input.method,
      path: new URL(input.url).pathname.replace('/api/v1', ''),
      body: text === '' ? null : (JSON.parse(text) as unknown),
    }
    sent.push(request)
    const reply = replies[`${request.method} ${request.path}`] ?? [599, { code: 'not_served', detail: request.path }]
    const [status, body] = typeof reply === 'function' ? reply(request) : reply
    return new Response(status === 204 ? null : JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json' },
    })
  })
  return sent
}

/** Draws an element with everything the pages stand in. */
export function draw(element: ReactElement, at = '/') {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } })
  const router = createMemoryRouter([{ path: '*', element }], { initialEntries: [at] })
  return {
    client,
    router,
    ...render(
      <QueryClientProvider client={client}>
        <ShortcutProvider>
          <RouterProvider router={router} />
        </ShortcutProvider>
      </QueryClientProvider>,
    ),
  }
}
