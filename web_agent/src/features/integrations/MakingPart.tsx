import type { ReactNode } from 'react'
import { useId, useState } from 'react'

import { Button } from '@/ui/Button'
import { Failure, Loading } from '@/ui/states'

import { Secret } from './Secret'

interface MakingPartProps {
  title: string
  hint: string
  /** What the button says that opens the form. */
  make: string
  query: { isPending: boolean; error: Error | null; refetch: () => unknown }
  /** The form for a new one; it tells the secret that the server shows once. */
  form: (onMade: (secret: string) => void) => ReactNode
  children: ReactNode
}

/** A list of things that are made with a secret: its head, the form, and the secret once it is made. */
export function MakingPart({ title, hint, make, query, form, children }: MakingPartProps) {
  const [isMaking, setIsMaking] = useState(false)
  const [secret, setSecret] = useState<string | null>(null)
  const id = useId()
  return (
    <section className="panel order__part" aria-labelledby={id}>
      <div className="integrations__head">
        <h2 id={id} className="panel__title">
          {title}
        </h2>
        <Button
          isSmall
          aria-expanded={isMaking}
          onClick={() => {
            setIsMaking(!isMaking)
          }}
        >
          {make}
        </Button>
      </div>
      <p className="field__hint">{hint}</p>
      {secret !== null && <Secret value={secret} />}
      {isMaking &&
        form((made) => {
          setSecret(made)
          setIsMaking(false)
        })}
      {query.isPending && <Loading lines={3} />}
      {query.error !== null && <Failure error={query.error} onRetry={query.refetch} />}
      {children}
    </section>
  )
}
