/**
 * Owns the connection to the broker: MQTT 3.1.1 by WebSocket, a persistent session under the
 * handset's own id, QoS 1, and a will that says when the phone was lost. Nothing waits in here;
 * what could not be handed over is the outbox's (`outbox.ts`).
 */
import type { MqttClient } from "mqtt";
import type { Enrolment } from "./links";
import type { Uplink } from "./outbox";

const KEEPALIVE_S = 30;
const RETRY_MS = 4_000;
const TAKEN_WITHIN_MS = 20_000;

export interface LinkEvents {
  up(): void;
  down(): void;
  /** The broker refuses these credentials. */
  refused(): void;
  message(kind: string, body: unknown): void;
}

/** Whoever waits for a PUBACK. */
type Broken = Set<(error: Error) => void>;

export interface Link {
  publish(kind: Uplink | "fix", body: object): Promise<void>;
  /** Drop a line that is known to be dead; it connects again by itself. */
  drop(): void;
  close(): Promise<void>;
}

export async function connect(
  path: string,
  prefix: string,
  who: Enrolment & { readonly handsetId: string },
  events: LinkEvents,
): Promise<Link> {
  const { default: mqtt } = await import("mqtt");
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const client = mqtt.connect(url.href, {
    protocolVersion: 4,
    clientId: who.handsetId,
    username: who.username,
    password: who.password,
    clean: false,
    keepalive: KEEPALIVE_S,
    reconnectPeriod: RETRY_MS,
    connectTimeout: 10_000,
    queueQoSZero: false,
    resubscribe: false,
    will: {
      topic: `${prefix}/status`,
      payload: '{"online":false}' as never,
      qos: 1,
      retain: false,
    },
  });
  const broken: Broken = new Set();
  listen(client, prefix, events);
  client.on("close", () => {
    for (const give of [...broken]) give(new Error("connection lost"));
  });
  return {
    publish: (kind, body) => publish(client, broken, `${prefix}/${kind}`, body),
    drop: () => client.stream.destroy(),
    close: () => client.endAsync(true),
  };
}

function listen(client: MqttClient, prefix: string, events: LinkEvents): void {
  client.on("connect", () => {
    // Every time: the session may have been lost at the broker, and asking twice does no harm.
    client.subscribe({ [`${prefix}/order`]: { qos: 1 }, [`${prefix}/notice`]: { qos: 1 } });
    events.up();
  });
  client.on("close", () => events.down());
  client.on("error", (error) => {
    const code = "code" in error ? Number(error.code) : 0;
    if (code === 4 || code === 5) events.refused();
  });
  client.on("message", (topic, payload) => {
    const kind = topic.slice(prefix.length + 1);
    try {
      events.message(kind, JSON.parse(new TextDecoder().decode(payload)));
    } catch {
      // not ours to repair; the broker must not send it again
    }
  });
}

/** Resolves on PUBACK; rejects when the connection is lost before it, or nothing comes. */
function publish(client: MqttClient, broken: Broken, topic: string, body: object): Promise<void> {
  if (!client.connected) return Promise.reject(new Error("not connected"));
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => give(new Error("no PUBACK")), TAKEN_WITHIN_MS);
    const give = (error?: Error): void => {
      clearTimeout(late);
      broken.delete(give);
      if (error) reject(error);
      else resolve();
    };
    broken.add(give);
    client.publish(topic, JSON.stringify(body), { qos: 1 }, (error) => give(error ?? undefined));
  });
}
