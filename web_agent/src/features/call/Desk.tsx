import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from '@/i18n/useTranslation'
import { useLocation } from 'react-router'

import { audioAddress } from '@/api/http'
import { recordingQuery } from '@/api/queries/recordings'
import type { Utterance } from '@/api/types'
import { AlertBar } from '@/features/alerts/AlertBar'
import { CategoryPanel } from '@/features/category/CategoryPanel'
import { HintsPanel } from '@/features/hints/HintsPanel'
import { useHelp } from '@/features/new-hires/useHelp'
import { CallNotices } from '@/features/notices/CallNotices'
import { SummaryPanel } from '@/features/summary/SummaryPanel'
import { DialoguePanel } from '@/features/ivr/DialoguePanel'
import { useSearch } from '@/features/search/useSearch'
import { usePermission } from '@/features/session/useSession'
import type { CardDeeds } from '@/features/suggestions/CardItem'
import { useCardBoard } from '@/features/suggestions/useCardBoard'
import { ClipTool } from '@/features/training/ClipTool'
import { Measures } from '@/features/training/Measures'
import { TranscriptPanel } from '@/features/transcript/TranscriptPanel'
import type { ScreenState } from '@/realtime/reducer'
import type { CallStream } from '@/realtime/useCallStream'
import { usePageTitle } from '@/ui/usePageTitle'

import { CallBar } from './CallBar'
import { CallFacts, useProposal } from './CallFacts'
import { CustomerPanel } from './CustomerPanel'
import { isRunningLive } from './heard'
import { MiddleColumn } from './MiddleColumn'
import { Notices } from './Notices'
import { PlayerBar } from './PlayerBar'
import { RecordingLine } from './RecordingLine'
import { RouteLine } from './RouteLine'
import { SourcePanel } from './SourcePanel'
import { sentenceAt, useStart } from './useStart'
import { usePlayer } from '@/ui/usePlayer'
import { isOver } from '@/realtime/callStates'

import './Desk.css'

export interface DeskState {
  /** The person has just started this call and wants to hear it. */
  listen?: boolean
}

/** One glance path: left what is said, middle what to say, right what to file. */
export function Desk({ stream, screen }: { stream: CallStream; screen: ScreenState }) {
  const { t } = useTranslation()
  const { call, utterances, suggestions, category, chosen_category: chosen, feedback, stages } = screen.call
  const board = useCardBoard({
    list: suggestions,
    feedback,
    withheld: screen.call.withheld,
    spoken: screen.call.spoken,
    isLive: !isOver(call.state),
  })
  const search = useSearch(call.id)
  const { player, audioProps } = usePlayer()
  const [pointed, setPointed] = useState(() => sentenceOfAddress(utterances))
  const proposal = useProposal(screen.call)
  const point = (segmentId: string) => {
    setPointed({ segmentId })
  }
  const [source, setSource] = useState<string | null>(null)
  const canChoose = usePermission('suggestions.give_feedback')
  const canHear = usePermission('calls.hear_own')
  const help = useHelp()
  const listensAtOnce = (useLocation().state as DeskState | null)?.listen === true
  usePageTitle(call.title)

  const isPlayable = isOver(call.state) && call.has_audio && call.heard_ms > 0
  useStart(player, isPlayable)
  const recording = useQuery({ ...recordingQuery(call.id), enabled: isPlayable && canHear })
  const deeds: CardDeeds = {
    onOpenSource: setSource,
    onFeedback: stream.addFeedback,
    onReason: (reason) => {
      if (reason.segmentId !== null) setPointed({ segmentId: reason.segmentId })
    },
  }
  const summary = (
    <SummaryPanel
      callId={call.id}
      utterances={utterances}
      facts={screen.call.facts}
      accepted={screen.call.summary}
      isOver={isOver(call.state)}
      canAccept={canChoose}
      onPoint={point}
      onAccepted={stream.addSummary}
    />
  )
  return (
    <div className="desk">
      <CallBar
        call={call}
        isConnected={stream.connection !== 'reconnecting' && stream.connection !== 'stale'}
        player={player}
        canListen={canHear && call.has_audio && isRunningLive(call)}
        listensAtOnce={listensAtOnce}
      />
      {/* eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the transcript beside it is its text. */}
      {call.has_audio && <audio {...audioProps} src={audioAddress(call.id)} />}
      {isPlayable && (
        <PlayerBar
          player={player}
          durationMs={call.duration_ms ?? call.heard_ms}
          legRoles={call.leg_roles}
          utterances={utterances}
          missingFromMs={recording.data?.missing_from_ms ?? null}
        />
      )}
      {call.source === 'live' && <RouteLine callId={call.id} />}
      {isOver(call.state) && canHear && <RecordingLine callId={call.id} />}
      {isPlayable && (
        <>
          <Measures callId={call.id} />
          <ClipTool callId={call.id} player={player} durationMs={call.duration_ms ?? call.heard_ms} />
        </>
      )}
      {/* A danger that the caller named stands in the alert bar, with the words to say; once is enough. */}
      <Notices call={call} stages={stages} category={screen.call.alerts.length > 0 ? null : category} {...stream} />
      <AlertBar
        callId={call.id}
        alerts={screen.call.alerts}
        canConfirm={canChoose}
        onConfirmed={stream.addConfirmedAlert}
      />
      <CallNotices
        call={call}
        utterances={utterances}
        facts={screen.call.facts}
        customers={proposal?.customers ?? []}
      />
      <div className="desk__columns">
        <TranscriptPanel
          callId={call.id}
          canOrder={canChoose}
          utterances={utterances}
          callState={call.state}
          card={search.isActive ? null : board.openCard}
          pointed={pointed}
          playedMs={isPlayable && (player.isPlaying || player.timeMs > 0) ? player.timeMs : null}
          {...(isPlayable && {
            onPlay: (utterance) => {
              player.playFrom(utterance.start_ms)
            },
          })}
        />
        <MiddleColumn
          board={board}
          search={search}
          call={call}
          utterances={utterances}
          deeds={deeds}
          pushed={screen.call.pushed}
          help={help}
        />
        <aside className="desk__side" aria-label={t('call.side')}>
          <CategoryPanel
            callId={call.id}
            sector={call.sector}
            ranking={category}
            chosen={chosen}
            isOver={isOver(call.state)}
            canChoose={canChoose}
            onChosen={stream.addChosenCategory}
          />
          <CallFacts call={screen.call} stream={stream} canEdit={canChoose} proposal={proposal} onPoint={point} />
          <HintsPanel
            call={screen.call}
            canAct={canChoose}
            help={help}
            onPoint={point}
            onDismissed={stream.addDismissedHint}
            onStepSet={stream.addSetStep}
          />
          {summary}
          <CustomerPanel call={call} customers={proposal?.customers ?? []} />
          <DialoguePanel callId={call.id} />
          {source !== null && (
            <SourcePanel
              entryId={source}
              onClose={() => {
                setSource(null)
              }}
            />
          )}
        </aside>
      </div>
    </div>
  )
}

/** A link to one sentence of a call names it behind `#`: `#utterance-<segment>`, or its time: `?at=<milliseconds>`. */
const SENTENCE = /^#utterance-([0-9a-f-]{36})$/

function sentenceOfAddress(utterances: readonly Utterance[]): { segmentId: string } | null {
  const { hash, search } = window.location
  const segmentId = SENTENCE.exec(hash)?.[1] ?? sentenceAt(search, utterances)?.segment_id
  return segmentId === undefined ? null : { segmentId }
}
