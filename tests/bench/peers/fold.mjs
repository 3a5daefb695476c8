// The back-test's fold in DuckDB, in memory, on two threads.
//
// usage: node fold.mjs PIECES FIRMS RUNS STATEMENTS...
//   PIECES      file of tests/bench/population.h's WritePieces
//   STATEMENTS  files with the statements of fold.sql, parted by lines of dashes
//
// Prints a line of JSON for each file of statements: seconds of the fastest run by the
// clock and of processors, the number of movers, the
// matrix by old grade × 5 + new grade, and the digest of every verdict.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DuckDBInstance, version } from '@duckdb/node-api';

const grades = 5;
const [pieces, firms, runs, ...files] = process.argv.slice(2);
const database = await DuckDBInstance.create(':memory:', { threads: '2' });
const connection = await database.connect();

async function rows(sql) {
  return (await connection.runAndReadAll(sql)).getRows();
}

async function load() {
  const integers = 'id firm issuer determined points value other'.split(' ');
  const columns = 'id firm kind level issuer_level issuer matter determined points value other'
    .split(' ')
    .map((name) => `${name}: '${name === 'matter' ? 'UINTEGER' : integers.includes(name) ? 'INTEGER' : 'TINYINT'}'`);
  await connection.run(`CREATE TABLE firm AS SELECT CAST(range AS INTEGER) AS id FROM range(${firms})`);
  await connection.run(`CREATE TABLE evidence AS SELECT * FROM
    read_csv('${pieces}', header = false, auto_detect = false, columns = {${columns.join(', ')}})`);
  // The pieces come by firm; nothing after depends on an order.
  await connection.run('SET preserve_insertion_order = false');
}

async function fold(statements) {
  for (const table of ['verdict', 'matrix', 'mover']) await connection.run(`DROP TABLE IF EXISTS ${table}`);
  const began = performance.now();
  const cpuBegan = process.cpuUsage();
  for (const statement of statements) await connection.run(statement);
  const cpu = process.cpuUsage(cpuBegan);
  return { seconds: (performance.now() - began) / 1000, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}

async function result() {
  const digest = createHash('sha256');
  const verdicts = await rows(`SELECT concat_ws(',', firm, score_before, score_after, grade_before, grade_after,
    restricted_before::INTEGER, restricted_after::INTEGER) FROM verdict ORDER BY firm`);
  for (const [line] of verdicts) digest.update(`${line}\n`);
  const matrix = new Array(grades * grades).fill(0);
  for (const [from, to, count] of await rows('SELECT * FROM matrix')) matrix[from * grades + to] = Number(count);
  const [[movers]] = await rows('SELECT count(*) FROM mover');
  return { movers: Number(movers), matrix, digest: digest.digest('hex') };
}

await load();
for (const file of files) {
  const statements = readFileSync(file, 'utf8').split('\n----\n');
  let best = { seconds: Infinity };
  for (let run = 0; run < Number(runs); ++run) {
    const took = await fold(statements);
    if (took.seconds < best.seconds) best = took;
  }
  console.log(JSON.stringify({ engine: `DuckDB ${version()}`, ...best, ...(await result()) }));
}
