import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Link } from 'react-router'

import { asProblem } from '@/api/problem'
import { clipAudio, clipsQuery, useRemoveClip } from '@/api/queries/training'
import type { ClipView } from '@/api/types'
import { problemText } from '@/i18n/problemText'
import { useTranslation } from '@/i18n/useTranslation'
import { ConfirmButton } from '@/ui/ConfirmButton'
import { clockTime } from '@/ui/format'
import { Banner, Empty, Failure, Loading } from '@/ui/states'

import './Training.css'

/** Every clip with what is said in it, the newest first. */
export function ClipList() {
  const { t } = useTranslation()
  const clips = useQuery(clipsQuery)
  const removal = useRemoveClip()
  if (clips.isPending) return <Loading />
  if (clips.isError) return <Failure error={clips.error} onRetry={clips.refetch} />
  if (clips.data.items.length === 0) return <Empty title={t('clip.none')} hint={t('clip.none_hint')} />
  return (
    <>
      {removal.isError && <Banner tone="problem">{problemText(t, asProblem(removal.error))}</Banner>}
      <ul className="clips">
        {clips.data.items.map((clip) => (
          <li key={clip.id}>
            <ClipCard clip={clip} source={clipAudio(clip.id)}>
              <Link to={`/calls/${clip.call_id}?at=${clip.start_ms}`}>{t('clip.open_call')}</Link>
              <ConfirmButton
                question={t('clip.remove_question')}
                confirmLabel={t('clip.remove_sure')}
                isPending={removal.isPending}
                onConfirm={() => {
                  removal.mutate(clip.id)
                }}
              >
                {t('clip.remove')}
              </ConfirmButton>
            </ClipCard>
          </li>
        ))}
      </ul>
    </>
  )
}

/** A clip as one hears and reads it; masked words are ● in the text and a tone in the sound. */
export function ClipCard({ clip, source, children }: { clip: ClipView; source: string; children?: ReactNode }) {
  const { t } = useTranslation()
  return (
    <article className="panel clip" aria-label={clip.title}>
      <div className="clip__head">
        <b>{clip.title}</b>
        <span>
          {clockTime(clip.start_ms)} – {clockTime(clip.end_ms)}
        </span>
        {children}
        {/* eslint-disable-next-line jsx-a11y/media-has-caption -- rejected: the sentences below are its text. */}
        <audio controls preload="none" src={source} aria-label={clip.title} />
      </div>
      {clip.note !== '' && <p>{clip.note}</p>}
      <ul className="clip__lines">
        {clip.lines.map((line) => (
          <li key={`${line.leg_role}-${line.start_ms}`}>
            <b>{t(`transcript.${line.leg_role}`)}</b> {line.text}
          </li>
        ))}
      </ul>
    </article>
  )
}
