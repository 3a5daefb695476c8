// One firm's credit under the rules of tests/bench/testdata/before.textproto, in GoRules ZEN and in
// json-rules-engine, which always tells its trace.
//
// usage: node rules.mjs FACTS SECONDS
//   FACTS    JSON: pieces of this year, one per matter and street, numbered as in tests/bench/population.h
//   SECONDS  how long each engine is measured, after half as long to warm up
//
// Prints a line of JSON for ZEN with its trace, json-rules-engine, and ZEN without: microseconds of one
// evaluation, score in hundredths, grade, and whether the restriction holds.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import zen from '@gorules/zen-engine';
import jsonRules from 'json-rules-engine';

const require = createRequire(import.meta.url);
const [factsFile, secondsText] = process.argv.slice(2);
const facts = JSON.parse(readFileSync(factsFile, 'utf8'));
const seconds = Number(secondsText);

const dishonesty = [7, 8, 9, 10, 11];
const grades = [['a', 10600], ['b', 10000], ['c', 8500], ['d', 6000], ['e', -Infinity]];

// What a piece costs or brings: [item, condition on fields, points], the points a number or a field.
const rows = [
  ['handover-refused', { kind: 1 }, -1200],
  ['handover-dispute', { kind: 2 }, -800],
  ['penalty', { kind: 3 }, -700],
  ['trees-destroyed', { kind: 4 }, -700],
  ['lift-unsafe', { kind: 5 }, -100],
  ['inaction', { kind: 6 }, { given: 300 }],
  ...dishonesty.map((kind) => ['dishonesty-causes', { kind }, { given: 1200 }]),
  ['honour-national', { kind: 12, level: 1 }, 700],
  ['honour-other', { kind: 12, level: 2 }, 500],
  ['honour-other', { kind: 12, level: 3 }, 300],
  ['honour-other', { kind: 12, level: 4 }, 100],
  ...[[0, 6000, -300], [6000, 8000, 0], [8000, 9000, 100], [9000, 1e9, 300]].map(([from, below, points]) =>
    ['party-evaluation', { kind: 13, issuerLevel: 5, other: 10000, from, below }, points]),
  ...[[0, 6000, -200], [6000, 9000, 0], [9000, 1e9, 200]].map(([from, below, points]) =>
    ['satisfaction', { kind: 14, otherLeast: 3000, from, below }, points]),
  ...[[0, 6000, -200], [6000, 9000, 0], [9000, 1e9, 200]].map(([from, below, points]) =>
    ['third-party-assessment', { kind: 15, from, below }, points]),
  ...[[0, 9000, -200], [9000, 10000, -50], [10000, 1e9, 0]].map(([from, below, points]) =>
    ['complaint-rate', { kind: 16, from, below }, points]),
];

function groupOf(item) {
  if (item === 'complaint-rate') return 'complaints';
  if (item.startsWith('honour')) return 'achievements';
  return ['party-evaluation', 'satisfaction', 'third-party-assessment'].includes(item) ? 'evaluations' : 'findings';
}

// A decision table over the pieces, sums with their limits, and a table of grades.
function zenDecision() {
  const columns = ['kind', 'level', 'issuerLevel', 'other', 'value'];
  const cells = (condition) => ({
    kind: `${condition.kind}`,
    level: condition.level === undefined ? '' : `${condition.level}`,
    issuerLevel: condition.issuerLevel === undefined ? '' : `${condition.issuerLevel}`,
    other: condition.other !== undefined ? `${condition.other}`
      : condition.otherLeast !== undefined ? `>= ${condition.otherLeast}` : '',
    value: condition.below === undefined ? '' : `[${condition.from}..${condition.below})`,
  });
  const given = (most) => `points == null ? 0 : -min([max([abs(points), 100]), ${most}])`;
  const points = (field, value) => `map(filter(priced, #.${field} == "${value}"), #.points)`;
  const mean = (name) => `len($.${name}) == 0 ? 0 : round(sum($.${name}) / len($.${name}))`;
  const expressions = {
    findings: `sum(${points('group', 'findings')})`,
    complaints: `max([sum(${points('group', 'complaints')}), -600])`,
    achievements: `min([sum(${points('group', 'achievements')}), 2000])`,
    opinions: points('item', 'party-evaluation'),
    surveys: points('item', 'satisfaction'),
    assessments: points('item', 'third-party-assessment'),
    party: mean('opinions'),
    satisfaction: mean('surveys'),
    assessment: mean('assessments'),
    evaluations: 'max([min([$.party + $.satisfaction + $.assessment, 700]), -700])',
    score: 'max([min([10000 + $.findings + $.complaints + $.achievements + $.evaluations, 12000]), 0])',
    restricted: '-($.findings + $.complaints) >= 1500',
  };
  const node = (id, type, content) => ({ id, name: id, type, content, position: { x: 0, y: 0 } });
  const nodes = [
    node('request', 'inputNode', {}),
    node('price', 'decisionTableNode', {
      hitPolicy: 'first', inputField: 'facts', outputPath: 'priced', executionMode: 'loop', passThrough: true,
      inputs: columns.map((field) => ({ id: field, name: field, field })),
      outputs: ['item', 'group', 'points'].map((field) => ({ id: field, name: field, field })),
      rules: rows.map(([item, condition, points], index) => ({
        _id: `r${index}`, ...cells(condition), item: `"${item}"`, group: `"${groupOf(item)}"`,
        points: typeof points === 'number' ? `${points}` : given(points.given),
      })),
    }),
    node('sum', 'expressionNode', {
      passThrough: true, inputField: null, outputPath: null, executionMode: 'single',
      expressions: Object.entries(expressions).map(([key, value]) => ({ id: key, key, value })),
    }),
    node('grade', 'decisionTableNode', {
      hitPolicy: 'first', passThrough: true, inputField: null, outputPath: null, executionMode: 'single',
      inputs: [{ id: 'score', name: 'score', field: 'score' }],
      outputs: [{ id: 'grade', name: 'grade', field: 'grade' }],
      rules: grades.map(([grade, least]) => ({
        _id: grade, score: least === -Infinity ? '' : `>= ${least}`, grade: `"${grade}"` })),
    }),
    node('response', 'outputNode', {}),
  ];
  const edges = nodes.slice(1).map(({ id }, index) => ({
    id: `e${index}`, type: 'edge', sourceId: nodes[index].id, targetId: id }));
  return new zen.ZenEngine().createDecision(new zen.ZenDecisionContent({ nodes, edges }));
}

function zenEvaluate(withTrace) {
  const decision = zenDecision();
  return async () => {
    const { result, trace } = await decision.evaluate({ facts }, { trace: withTrace });
    return { score: result.score, grade: result.grade, restricted: result.restricted, trace };
  };
}

// Rules over one piece at a time, whose events are summed, and rules over the score.
function jsonRulesEvaluate() {
  const pieces = new jsonRules.Engine([], { replaceFactsInEventParams: true, allowUndefinedFacts: true });
  const is = (fact, operator, value) => ({ fact, operator, value });
  for (const [item, condition, points] of rows) {
    const all = [is('kind', 'equal', condition.kind)];
    for (const field of ['level', 'issuerLevel', 'other'])
      if (condition[field] !== undefined) all.push(is(field, 'equal', condition[field]));
    if (condition.otherLeast !== undefined) all.push(is('other', 'greaterThanInclusive', condition.otherLeast));
    if (condition.below !== undefined)
      all.push(is('value', 'greaterThanInclusive', condition.from), is('value', 'lessThan', condition.below));
    const value = typeof points === 'number' ? points : { fact: `given${points.given}` };
    pieces.addRule({ conditions: { all }, event: { type: item, params: { points: value } } });
  }
  for (const most of [300, 1200]) {
    pieces.addFact(`given${most}`, async (_, almanac) => {
      const points = await almanac.factValue('points');
      return points === null ? 0 : -Math.min(Math.max(Math.abs(points), 100), most);
    });
  }
  const grading = new jsonRules.Engine();
  grades.forEach(([grade, least], index) => grading.addRule({
    conditions: { all: [is('score', 'greaterThanInclusive', least === -Infinity ? -1 : least)] },
    event: { type: grade }, priority: grades.length - index,
  }));
  grading.on('success', () => grading.stop());
  return async () => {
    const lines = {};
    const trace = [];
    for (const fact of facts) {
      const { events, results, failureResults } = await pieces.run(fact);
      trace.push(results, failureResults);
      for (const { type, params } of events) (lines[type] ??= []).push(params.points);
    }
    const total = (item) => (lines[item] ?? []).reduce((sum, points) => sum + points, 0);
    const mean = (item) => (lines[item] ? Math.round(total(item) / lines[item].length) : 0);
    const findings = ['handover-refused', 'handover-dispute', 'penalty', 'trees-destroyed', 'lift-unsafe',
      'inaction', 'dishonesty-causes'].reduce((sum, item) => sum + total(item), 0);
    const complaints = Math.max(total('complaint-rate'), -600);
    const achievements = Math.min(total('honour-national') + total('honour-other'), 2000);
    const evaluations = Math.max(Math.min(
      mean('party-evaluation') + mean('satisfaction') + mean('third-party-assessment'), 700), -700);
    const score = Math.max(Math.min(10000 + findings + complaints + achievements + evaluations, 12000), 0);
    const { events, results } = await grading.run({ score });
    trace.push(results);
    return { score, grade: events[0].type, restricted: -(findings + complaints) >= 1500, trace };
  };
}

async function repeat(evaluate, duration) {
  let count = 0;
  const began = performance.now();
  let elapsed = 0;
  for (; elapsed < duration * 1000; ++count) {
    await evaluate();
    elapsed = performance.now() - began;
  }
  return (elapsed * 1000) / count;
}

const versionOf = (name) => require(`${name}/package.json`).version;
for (const [engine, evaluate] of [
  [`GoRules ZEN ${versionOf('@gorules/zen-engine')}, with trace`, zenEvaluate(true)],
  [`json-rules-engine ${versionOf('json-rules-engine')}, with trace`, jsonRulesEvaluate()],
  [`GoRules ZEN ${versionOf('@gorules/zen-engine')}, without trace`, zenEvaluate(false)],
]) {
  const { score, grade, restricted } = await evaluate();
  await repeat(evaluate, seconds / 2);
  const microseconds = await repeat(evaluate, seconds);
  console.log(JSON.stringify({ engine, microseconds, score, grade, restricted: restricted ? 1 : 0 }));
}
