import { useState } from 'react'
import { useNavigate } from 'react-router'

import type { Problem } from '@/api/problem'
import { asProblem } from '@/api/problem'
import { createImport, readImport, sendFile } from '@/api/queries/imports'
import type { ImportSettings } from '@/api/types'

import type { PickedFile } from './picked'

/** A file the server did not take, with its reason. */
export interface NotTaken {
  name: string
  problem: Problem
}

export interface Sending {
  /** Files sent so far and in all; null when nothing is being sent. */
  progress: { done: number; total: number; name: string } | null
  notTaken: readonly NotTaken[]
  problem: Problem | null
  send: (files: readonly PickedFile[], settings: ImportSettings) => void
}

/** Sends files one by one, so that one that is too large costs only itself; then opens the preview. */
export function useSending(): Sending {
  const navigate = useNavigate()
  const [progress, setProgress] = useState<Sending['progress']>(null)
  const [notTaken, setNotTaken] = useState<readonly NotTaken[]>([])
  const [problem, setProblem] = useState<Problem | null>(null)

  const sendAll = async (files: readonly PickedFile[], settings: ImportSettings) => {
    setProblem(null)
    setNotTaken([])
    setProgress({ done: 0, total: files.length, name: files[0]?.name ?? '' })
    const refused: NotTaken[] = []
    const { id } = await createImport(settings)
    for (const [done, { name, file }] of files.entries()) {
      setProgress({ done, total: files.length, name })
      try {
        await sendFile(id, name, file)
      } catch (error) {
        const reason = asProblem(error)
        // Without a server, or without a session, the next file fares no better.
        if (reason.status === 0 || reason.status === 401) throw reason
        refused.push({ name, problem: reason })
      }
    }
    if (refused.length < files.length) {
      await readImport(id)
      void navigate(`/knowledge/import/${id}`, { state: { notTaken: refused } })
    } else {
      setNotTaken(refused)
    }
  }
  return {
    progress,
    notTaken,
    problem,
    send: (files, settings) => {
      if (files.length === 0) return
      sendAll(files, settings)
        .catch((error: unknown) => {
          setProblem(asProblem(error))
        })
        .finally(() => {
          setProgress(null)
        })
    },
  }
}
