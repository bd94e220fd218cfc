import type { CallState } from '@/api/types'

/** States of a call that goes on; the twin of assist_api/calls/states.py. */
export const RUNNING_STATES = ['offered', 'ringing', 'answered', 'held', 'transferred'] as const
export const FINISHED_STATES = ['ended', 'abandoned'] as const

export const isOver = (state: CallState): boolean => (FINISHED_STATES as readonly CallState[]).includes(state)

export const isRunning = (state: CallState): boolean => (RUNNING_STATES as readonly CallState[]).includes(state)
