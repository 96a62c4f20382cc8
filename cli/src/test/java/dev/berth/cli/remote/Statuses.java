package dev.berth.cli.remote;

import dev.berth.supervise.contract.Command;
import dev.berth.supervise.contract.Status;
import dev.berth.supervise.contract.Status.ForeignSocket;
import dev.berth.supervise.contract.Status.SlotStatus;
import dev.berth.supervise.contract.Status.SocketStatus;
import dev.berth.supervise.contract.Status.WorkerStatus;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// The status of a supervisor in the middle of a roll, with a value in every field.
public final class Statuses {
    static final Instant NOW = Instant.parse("2026-11-22T12:10:00Z");

    private static final String LISTEN = "tcp://0.0.0.0:8080";

    private Statuses() {}

    public static Status rolling() {
        return during("roll");
    }

    public static Status during(String operation) {
        return new Status(
                "web",
                4711,
                "hash (ebpf)",
                OptionalLong.empty(),
                false,
                "seccomp",
                new Command(List.of("/usr/bin/server", "--port", "8080")),
                List.of(LISTEN),
                Optional.of(operation),
                List.of(
                        new ForeignSocket(
                                LISTEN, OptionalInt.of(99), "old-server", 77, "takes a share"),
                        new ForeignSocket(LISTEN, OptionalInt.empty(), "", 78, "takes a share")),
                List.of(busy(), dying()),
                List.of("slot 1 is in a crash loop: 5 starts in a row, next try in 3 s"));
    }

    private static SlotStatus busy() {
        return new SlotStatus(
                0,
                "ready",
                OptionalInt.of(1200345),
                3,
                1,
                Instant.parse("2026-11-22T12:00:00Z"),
                "",
                true,
                List.of(
                        new WorkerStatus(1200345, 3, "ready", OptionalInt.of(7)),
                        new WorkerStatus(1200111, 2, "draining", OptionalInt.of(2))),
                List.of(
                        new SocketStatus(
                                LISTEN,
                                3,
                                OptionalLong.of(31),
                                OptionalInt.of(1),
                                OptionalInt.of(4096),
                                OptionalLong.of(0),
                                OptionalLong.of(12345),
                                OptionalDouble.of(2 / 3.0)),
                        new SocketStatus(
                                LISTEN,
                                2,
                                OptionalLong.empty(),
                                OptionalInt.of(0),
                                OptionalInt.of(4096),
                                OptionalLong.of(5),
                                OptionalLong.empty(),
                                OptionalDouble.empty())));
    }

    private static SlotStatus dying() {
        return new SlotStatus(
                1,
                "backoff",
                OptionalInt.empty(),
                0,
                5,
                Instant.parse("2026-11-22T12:09:55Z"),
                "slot 1.6 (pid 12) ended at start: exit 3; its last output:\n    no such table",
                false,
                List.of(),
                List.of());
    }
}
