package dev.berth.lab;

import dev.berth.net.FreshNamespace;
import dev.berth.sys.ErrnoException;
import dev.berth.sys.Fd;

import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The environment of one scenario: its network namespaces and its actors.
///
/// **Ownership:** [#close()] ends the actors, and with them the namespaces.
public final class Stage implements AutoCloseable {
    private static final int START_MILLIS = 20_000;
    private static final int STEP_MILLIS = 25_000;
    private static final String COOKIE = "cookie ";

    private final Map<String, FreshNamespace> namespaces = new HashMap<>();
    private final Map<String, ActorProcess> actors = new LinkedHashMap<>();

    /// The sockets' full names, `ACTOR.ID`, by their cookies.
    private final Map<String, String> sockets = new HashMap<>();

    private Stage() {}

    /// Creates the namespaces and starts the actors.
    ///
    /// @throws IOException with `EPERM` if no namespace can be created; if an actor does not start
    static Stage open(List<ActorSpec> specs, List<String> command) throws IOException {
        Stage stage = new Stage();
        try {
            for (ActorSpec spec : specs) {
                FreshNamespace namespace = stage.namespace(spec.namespace());
                stage.actors.put(
                        spec.name(), namespace.call(() -> ActorProcess.start(spec, command)));
            }
            for (ActorSpec spec : specs) {
                stage.awaitStart(spec.name());
            }
            return stage;
        } catch (IOException | RuntimeException failed) {
            stage.close();
            throw failed;
        }
    }

    private FreshNamespace namespace(String name) throws IOException {
        FreshNamespace known = namespaces.get(name);
        if (known != null) {
            return known;
        }
        FreshNamespace fresh = FreshNamespace.open();
        namespaces.put(name, fresh);
        return fresh;
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
    Answer perform(Step step) throws IOException {
        if (!acts(step.actor())) {
            return Answer.of(Answer.GONE);
        }
        return switch (step.op()) {
            case Op.Kill() -> kill(step);
            case Op.Exit() -> exit(step);
            case Op.Pass pass -> pass(step, pass);
            case Op.Fork fork -> fork(step, fork);
            default -> named(step, ask(step.actor(), step.arguments()));
        };
    }

    private Answer kill(Step step) throws ErrnoException {
        actor(step.actor()).kill();
        return ended(step.actor());
    }

    private Answer exit(Step step) throws ErrnoException {
        actor(step.actor()).channel().send(step.arguments().values());
        return ended(step.actor());
    }

    private Answer ended(String name) throws ErrnoException {
        return actor(name).awaitEnd() ? Answer.ok() : Answer.of(Answer.TIMEOUT);
    }

    private Answer pass(Step step, Op.Pass pass) throws IOException {
        if (!acts(pass.to())) {
            return Answer.of(Answer.GONE);
        }
        try {
            Optional<Channel.Message> given = exchange(step.actor(), step.arguments());
            if (given.isEmpty() || given.get().descriptors().isEmpty()) {
                return given.map(message -> Answer.decode(message.fields()))
                        .orElse(Answer.of(Answer.GONE));
            }
            try (Fd descriptor = given.get().descriptors().getFirst()) {
                Map<String, List<String>> fields = new HashMap<>();
                fields.put(Arguments.OP, List.of(Actor.TAKE));
                fields.put("id", List.of(pass.as()));
                return exchange(pass.to(), new Arguments(fields), descriptor.number())
                        .map(message -> Answer.decode(message.fields()))
                        .orElse(Answer.of(Answer.GONE));
            }
        } catch (StepTimeoutException slow) {
            return Answer.of(Answer.TIMEOUT);
        }
    }

    private Answer fork(Step step, Op.Fork fork) throws IOException {
        Fd[] ends = Channel.pair();
        try (Fd other = ends[1]) {
            Optional<Channel.Message> reply =
                    exchange(step.actor(), step.arguments(), other.number());
            Answer answer =
                    reply.map(message -> Answer.decode(message.fields()))
                            .orElse(Answer.of(Answer.GONE));
            if (answer.failed()) {
                ends[0].close();
                return answer;
            }
            int pid = (int) (double) answer.figures().getOrDefault("pid", 0.0);
            actors.put(fork.child(), ActorProcess.forked(pid, ends[0]));
        } catch (StepTimeoutException slow) {
            ends[0].close();
            return Answer.of(Answer.TIMEOUT);
        }
        awaitStart(fork.child());
        return Answer.ok();
    }

    private Answer ask(String name, Arguments arguments) throws IOException {
        try {
            return exchange(name, arguments)
                    .map(message -> Answer.decode(message.fields()))
                    .orElse(Answer.of(Answer.GONE));
        } catch (StepTimeoutException slow) {
            actor(name).kill();
            return Answer.of(Answer.TIMEOUT);
        }
    }

    private Optional<Channel.Message> exchange(String name, Arguments arguments, int... descriptors)
            throws ErrnoException, StepTimeoutException {
        ActorProcess actor = actor(name);
        return actor.channel().send(arguments.values(), descriptors)
                ? actor.answer(STEP_MILLIS)
                : Optional.empty();
    }

    /// Records the names of sockets, and inserts them where an actor only knew a cookie.
    private Answer named(Step step, Answer answer) {
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
        namespaces.values().forEach(FreshNamespace::close);
    }
}
