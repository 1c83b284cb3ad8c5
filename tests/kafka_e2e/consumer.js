// The service of the story: it trusts its topic, does JSON.parse in its main loop, and commits after each message.
// It says what it read ("events[1]@17"), ends with 0 where it has everything, and dies on a payload that is no JSON.
//
//     node consumer.js <folder with node_modules> <bootstrap> <group> <topic>

const [folder, bootstrap, groupId, topic] = process.argv.slice(2);
const { Kafka, logLevel } = require(require.resolve('kafkajs', { paths: [folder] }));

const kafka = new Kafka({ clientId: 'service', brokers: [bootstrap], logLevel: logLevel.NOTHING });
const admin = kafka.admin();
const consumer = kafka.consumer({
  groupId,
  maxWaitTimeInMs: 100,
  retry: { retries: 0, restartOnFailure: async () => false },
});

const ends = new Map();
const positions = new Map();
let poison;

const hasEverything = () => [...ends].every(([partition, end]) => positions.get(partition) >= end);

async function leave() {
  await consumer.disconnect();
  await admin.disconnect();
  process.exit(0);
}

async function main() {
  await admin.connect();
  const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
  for (const { partition, offset } of committed.partitions) positions.set(partition, Math.max(Number(offset), 0));
  for (const { partition, high } of await admin.fetchTopicOffsets(topic)) ends.set(partition, Number(high));
  if (hasEverything()) return leave();

  // By then it has left the group, as a process does that crashes in its own code.
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    console.error(`died at ${poison}: ${payload.error.message}`);
    process.exit(1);
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommit: false,
    eachMessage: async ({ partition, message }) => {
      const place = `${topic}[${partition}]@${message.offset}`;
      try {
        JSON.parse(message.value.toString());
      } catch (error) {
        // Other partitions go on until the client has stopped.
        poison = place;
        throw error;
      }
      const next = Number(message.offset) + 1;
      await consumer.commitOffsets([{ topic, partition, offset: String(next) }]);
      console.log(place);
      positions.set(partition, next);
      if (hasEverything()) leave();
    },
  });
}

main();
