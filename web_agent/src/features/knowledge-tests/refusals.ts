const CODES = ['knowledge_test_drop', 'knowledge_test_blocked', 'knowledge_test_unavailable']

/** Whether a code says that the test questions did not let a publication pass: it waits for a decision. */
export const isRefusalOfTests = (code: string): boolean => CODES.includes(code)
