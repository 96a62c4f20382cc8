package dev.berth.lab;

import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/// An actor in this process that does one of everything, so that the build can record which classes
/// the start of one needs. Nobody looks at what comes of it.
public final class Rehearsal {
    private static final String LINES =
            """
            name = "rehearsal"
            claim = "-"
            step = [
                { op = "open", id = "s", address = "127.0.0.1:0", reuseport = true, claim = true },
                { op = "open", id = "u", address = "udp://127.0.0.1:0", reuseaddr = true },
                { op = "socket", id = "t" },
                { op = "set", id = "t", reuseaddr = true, uid = 0 },
                { op = "get", id = "t", option = "reuseaddr" },
                { op = "bind", id = "t", address = "127.0.0.1:0" },
                { op = "listen", id = "t" },
                { op = "serve", id = ["s", "u"] },
                { op = "connect", id = "c", address = "127.0.0.1:1" },
                { op = "accept", id = "t", as = "a", within = 0 },
                { op = "send", id = "c", text = "-" },
                { op = "receive", id = "t", within = 0 },
                { op = "wait", port = 1, until = "rows = 0" },
                { op = "who", port = 1 },
                { op = "why", address = "127.0.0.1:1" },
                { op = "route", address = "127.0.0.1:1", from = "127.0.0.1:2" },
                { op = "sysctl", setting = "net.ipv4.tcp_fin_timeout" },
                { op = "steer", id = "t", program = "index" },
                { op = "steer", id = "t", program = "table", sockets = ["t"], serve = ["t"] },
                { op = "crowd", id = "d", address = "127.0.0.1:1", from = "127.0.0.1:0", count = 1 },
                { op = "collect", id = "d", within = 0 },
                { op = "spread", id = "e", address = "127.0.0.1:1", from = "127.0.0.1:0", count = 1 },
                { op = "drain", id = "t" },
                { op = "close", id = "t" },
                { op = "close", id = "s" },
                { op = "close", id = "u" },
            ]
            """;

    private Rehearsal() {}

    /// Needs no privilege; touches nothing but sockets of its own on loopback.
    public static void run() throws IOException {
        Scenario scenario = ScenarioReader.read("rehearsal", LINES);
        Fd[] ends = Channel.pair();
        CompletableFuture<Void> actor =
                CompletableFuture.runAsync(() -> act(ends[1]), task -> thread(task).start());
        try (Channel channel = new Channel(ends[0])) {
            for (Step step : scenario.steps()) {
                channel.send(step.arguments().values());
                channel.receive().ifPresent(reply -> Answer.decode(reply.fields()));
            }
            channel.send(exit().values());
            actor.join();
        }
    }

    private static Thread thread(Runnable task) {
        return Thread.ofPlatform().daemon().unstarted(task);
    }

    private static Arguments exit() {
        return new Arguments(Map.of(Arguments.OP, List.of(OpKind.EXIT.word())));
    }

    private static void act(Fd end) {
        try (Channel channel = new Channel(end)) {
            Actor.act(channel, new Hands("rehearsal", 0));
        } catch (ErrnoException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
