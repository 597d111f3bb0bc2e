/**
 * What was once worked out for a subject and a question; neither changes. It goes with the subject.
 * A question is known again as the same object: plans of scopes are, which are made once.
 */
export interface KnownAnswers<Subject extends object, Question extends object, Answer> {
  find(subject: Subject, question: Question): Answer | undefined
  keep(subject: Subject, question: Question, answer: Answer): void
}

interface Known<Question, Answer> {
  readonly question: Question
  readonly answer: Answer
  readonly earlier: Known<Question, Answer> | undefined
  readonly count: number
}

/** A program asks few different questions about one subject. */
const mostAnswers = 8

export function createKnownAnswers<
  Subject extends object,
  Question extends object,
  Answer,
>(): KnownAnswers<Subject, Question, Answer> {
  const latest = new WeakMap<Subject, Known<Question, Answer>>()

  return {
    find(subject, question) {
      let known = latest.get(subject)
      while (known !== undefined && known.question !== question) known = known.earlier
      return known?.answer
    },
    keep(subject, question, answer) {
      const known = latest.get(subject)
      const earlier = known !== undefined && known.count < mostAnswers ? known : undefined
      latest.set(subject, { question, answer, earlier, count: (earlier?.count ?? 0) + 1 })
    },
  }
}
