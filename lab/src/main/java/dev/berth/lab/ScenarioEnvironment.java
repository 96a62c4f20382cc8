package dev.berth.lab;

import dev.berth.net.NamespaceThread;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The environment of one scenario: its network namespaces and its actors.
///
/// **Ownership:** [#close()] ends the actors, and with them the namespaces.
public final class ScenarioEnvironment implements AutoCloseable {
    private static final int START_MILLIS = 20_000;
    private static final int STEP_MILLIS = 25_000;
    private static final String COOKIE = "cookie ";
    private static final Path TIME_WAIT_SETTING = Path.of("/proc/sys/net/ipv4/tcp_rfc1337");

    private final Map<String, NamespaceThread> namespaces = new HashMap<>();
    private final Map<String, ActorProcess> actors = new LinkedHashMap<>();

    /// The sockets' full names, `ACTOR.ID`, by their cookies.
    private final Map<String, String> sockets = new HashMap<>();

    private ScenarioEnvironment() {}

    /// Creates the namespaces and starts the actors.
    ///
    /// @throws IOException with `EPERM` if no namespace can be created; if an actor does not start
    static ScenarioEnvironment open(List<ActorSpec> specs, List<String> command)
            throws IOException {
        ScenarioEnvironment environment = new ScenarioEnvironment();
        try {
            for (ActorSpec spec : specs) {
                NamespaceThread namespace = environment.namespace(spec.namespace());
                environment.actors.put(
                        spec.name(), namespace.call(() -> ActorProcess.start(spec, command)));
            }
            for (ActorSpec spec : specs) {
                environment.awaitStart(spec.name());
            }
            return environment;
        } catch (IOException | RuntimeException failed) {
            environment.close();
            throw failed;
        }
    }

    private NamespaceThread namespace(String name) throws IOException {
        NamespaceThread known = namespaces.get(name);
        if (known != null) {
            return known;
        }
        NamespaceThread fresh = NamespaceThread.open();
        namespaces.put(name, fresh);
        fresh.call(ScenarioEnvironment::protectTimeWait);
        return fresh;
    }

    /// Without this setting, a reset ends a connection in TIME_WAIT. A machine that stands still
    /// for longer than a retransmission takes can cause one: the closed peer answers the late copy
    /// of a FIN with it. Where the setting cannot be written, scenarios rarely fail by that.
    ///
    /// **Source:** RFC 1337; kernel documentation `ip-sysctl`, tcp_rfc1337.
    private static boolean protectTimeWait() {
        try {
            Files.writeString(TIME_WAIT_SETTING, "1");
            return true;
        } catch (IOException readOnly) {
            return false;
        }
    }

    private void awaitStart(String name) throws IOException {
        try {
            if (actor(name).answer(START_MILLIS).isEmpty()) {
                throw new IOException("the process of actor " + name + " ended during start-up");
            }
        } catch (StepTimeoutException slow) {
            throw new IOException(
                    "the process of actor " + name + " did not start within 20 s", slow);
        }
    }

    private ActorProcess actor(String name) {
        ActorProcess actor = actors.get(name);
        if (actor == null) {
            throw new IllegalStateException("no such actor: " + name);
        }
        return actor;
    }

    private boolean acts(String name) {
        ActorProcess actor = actors.get(name);
        return actor != null && !actor.ended();
    }

    /// Carries out one step.
    StepResult perform(ScenarioStep step) throws IOException {
        if (!acts(step.actor())) {
            return StepResult.of(StepResult.GONE);
        }
        return switch (step.op()) {
            case Op.Kill() -> kill(step);
            case Op.Exit() -> exit(step);
            case Op.Pass pass -> pass(step, pass);
            case Op.Fork fork -> fork(step, fork);
            default -> named(step, ask(step.actor(), step.arguments()));
        };
    }

    private StepResult kill(ScenarioStep step) throws ErrnoException {
        actor(step.actor()).kill();
        return ended(step.actor());
    }

    private StepResult exit(ScenarioStep step) throws ErrnoException {
        actor(step.actor()).channel().send(step.arguments().values());
        return ended(step.actor());
    }

    private StepResult ended(String name) throws ErrnoException {
        return actor(name).awaitEnd() ? StepResult.ok() : StepResult.of(StepResult.TIMEOUT);
    }

    private StepResult pass(ScenarioStep step, Op.Pass pass) throws IOException {
        if (!acts(pass.to())) {
            return StepResult.of(StepResult.GONE);
        }
        try {
            Optional<ActorChannel.Message> given = exchange(step.actor(), step.arguments());
            if (given.isEmpty() || given.get().descriptors().isEmpty()) {
                return given.map(message -> StepResult.decode(message.fields()))
                        .orElse(StepResult.of(StepResult.GONE));
            }
            try (Fd descriptor = given.get().descriptors().getFirst()) {
                Map<String, List<String>> fields = new HashMap<>();
                fields.put(StepArguments.OP, List.of(Actor.TAKE));
                fields.put("id", List.of(pass.as()));
                return exchange(pass.to(), new StepArguments(fields), descriptor.number())
                        .map(message -> StepResult.decode(message.fields()))
                        .orElse(StepResult.of(StepResult.GONE));
            }
        } catch (StepTimeoutException slow) {
            return StepResult.of(StepResult.TIMEOUT);
        }
    }

    private StepResult fork(ScenarioStep step, Op.Fork fork) throws IOException {
        Fd[] ends = ActorChannel.pair();
        try (Fd other = ends[1]) {
            Optional<ActorChannel.Message> reply =
                    exchange(step.actor(), step.arguments(), other.number());
            StepResult answer =
                    reply.map(message -> StepResult.decode(message.fields()))
                            .orElse(StepResult.of(StepResult.GONE));
            if (answer.failed()) {
                ends[0].close();
                return answer;
            }
            int pid = (int) (double) answer.figures().getOrDefault("pid", 0.0);
            actors.put(fork.child(), ActorProcess.forked(pid, ends[0]));
        } catch (StepTimeoutException slow) {
            ends[0].close();
            return StepResult.of(StepResult.TIMEOUT);
        }
        awaitStart(fork.child());
        return StepResult.ok();
    }

    private StepResult ask(String name, StepArguments arguments) throws IOException {
        try {
            return exchange(name, arguments)
                    .map(message -> StepResult.decode(message.fields()))
                    .orElse(StepResult.of(StepResult.GONE));
        } catch (StepTimeoutException slow) {
            actor(name).kill();
            return StepResult.of(StepResult.TIMEOUT);
        }
    }

    private Optional<ActorChannel.Message> exchange(
            String name, StepArguments arguments, int... descriptors)
            throws ErrnoException, StepTimeoutException {
        ActorProcess actor = actor(name);
        return actor.channel().send(arguments.values(), descriptors)
                ? actor.answer(STEP_MILLIS)
                : Optional.empty();
    }

    /// Records the names of sockets, and inserts them where an actor only knew a cookie.
    private StepResult named(ScenarioStep step, StepResult answer) {
        answer.sockets()
                .forEach((id, cookie) -> sockets.putIfAbsent(cookie, step.actor() + "." + id));
        if (!answer.result().startsWith(COOKIE)) {
            return answer;
        }
        String cookie = answer.result().substring(COOKIE.length());
        return answer.withResult(sockets.getOrDefault(cookie, "another socket"));
    }

    @Override
    public void close() {
        actors.values().forEach(ActorProcess::kill);
        actors.values().forEach(ActorProcess::close);
        namespaces.values().forEach(NamespaceThread::close);
    }
}
