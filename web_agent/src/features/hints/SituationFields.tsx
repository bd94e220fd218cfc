import type { HintBook } from '@/api/types'
import { useTranslation } from '@/i18n/useTranslation'
import { Button } from '@/ui/Button'
import { ChoiceField } from '@/ui/ChoiceField'

import { BothField, PhraseField } from './fields'
import { freeId } from './sections'

type Situation = HintBook['situations'][number]
type Question = Situation['questions'][number]
type Answer = Question['answers'][number]

interface SituationFieldsProps {
  situation: Situation
  onChange: (situation: Situation) => void
}

const EMPTY = { zh: '', en: '' }
const END = ''

/** The tree of questions of one situation: every answer leads to a later question or says what it shows. */
export function SituationFields({ situation, onChange }: SituationFieldsProps) {
  const { t } = useTranslation()
  const setQuestions = (questions: Question[]) => {
    onChange({ ...situation, questions })
  }
  return (
    <div className="hint-books__items">
      {situation.questions.map((question, place) => (
        <QuestionFields
          key={question.id}
          question={question}
          number={place + 1}
          later={situation.questions.slice(place + 1)}
          onChange={(next) => {
            setQuestions(situation.questions.map((known) => (known.id === question.id ? next : known)))
          }}
          onRemove={() => {
            setQuestions(situation.questions.filter((known) => known.id !== question.id))
          }}
        />
      ))}
      <Button
        isSmall
        onClick={() => {
          const id = freeId('question', situation.questions)
          setQuestions([...situation.questions, { id, ask: EMPTY, asked: [], answers: [freshAnswer()] }])
        }}
      >
        {t('hint_book.add')}
      </Button>
    </div>
  )
}

const freshAnswer = (): Answer => ({ name: EMPTY, heard: [], unless: [], then: null, means: null })

interface QuestionFieldsProps {
  question: Question
  number: number
  /** Questions that an answer may lead to. */
  later: readonly Question[]
  onChange: (question: Question) => void
  onRemove: () => void
}

function QuestionFields({ question, number, later, onChange, onRemove }: QuestionFieldsProps) {
  const { t } = useTranslation()
  const setAnswer = (place: number, next: Answer) => {
    onChange({ ...question, answers: question.answers.map((known, at) => (at === place ? next : known)) })
  }
  return (
    <fieldset className="hint-books__question">
      <legend>{number}</legend>
      <BothField
        name="ask"
        value={question.ask}
        onChange={(ask) => {
          onChange({ ...question, ask })
        }}
      />
      <PhraseField
        label={t('hint_book.asked')}
        value={question.asked}
        onChange={(asked) => {
          onChange({ ...question, asked })
        }}
      />
      {question.answers.map((answer, place) => (
        <details key={place} className="hint-books__item">
          <summary>
            {t('hint_book.answer')} · <strong>{answer.name.zh}</strong>{' '}
            <span className="field__hint">
              {answer.means?.zh ?? later.find(({ id }) => id === answer.then)?.ask.zh}
            </span>
          </summary>
          <div className="hint-books__item-fields">
            <BothField
              name="answer"
              value={answer.name}
              onChange={(name) => {
                setAnswer(place, { ...answer, name })
              }}
            />
            <PhraseField
              label={t('hint_book.heard')}
              value={answer.heard}
              onChange={(heard) => {
                setAnswer(place, { ...answer, heard })
              }}
            />
            <PhraseField
              label={t('hint_book.unless')}
              value={answer.unless}
              onChange={(unless) => {
                setAnswer(place, { ...answer, unless })
              }}
            />
            <ChoiceField
              label={t('hint_book.then')}
              value={answer.then ?? END}
              options={[
                { value: END, label: t('hint_book.then_none') },
                ...later.map(({ id, ask }) => ({ value: id, label: ask.zh })),
              ]}
              onChange={(then) => {
                setAnswer(place, { ...answer, then: then === END ? null : then })
              }}
            />
            <BothField
              name="means"
              value={answer.means ?? EMPTY}
              onChange={(means) => {
                setAnswer(place, { ...answer, means: means.zh === '' && means.en === '' ? null : means })
              }}
            />
          </div>
        </details>
      ))}
      <span>
        <Button
          isSmall
          onClick={() => {
            onChange({ ...question, answers: [...question.answers, freshAnswer()] })
          }}
        >
          {t('hint_book.add')} · {t('hint_book.answer')}
        </Button>{' '}
        <Button isSmall onClick={onRemove}>
          {t('hint_book.remove')}
        </Button>
      </span>
    </fieldset>
  )
}
