package dev.berth.lab;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// The actors and sockets that exist when a step begins, so that a step about something that was
/// never created is a mistake in the file and not a verdict on its claim.
///
/// **Errors:** an [ArgumentException] that names what exists instead.
final class ScenarioSymbols {
    private final Map<String, Set<String>> sockets = new HashMap<>();
    private final Map<String, OpKind> figures = new HashMap<>();

    /// Adds an actor, which has no socket yet; false if the name is taken.
    boolean add(String actor) {
        return sockets.putIfAbsent(actor, new HashSet<>()) == null;
    }

    void checkActor(String key, String actor) {
        check(key, "there is no actor " + actor, actor, sockets.keySet());
    }

    /// Checks what a step needs, and records what it creates.
    void step(String actor, String name, OpKind kind, Op op) {
        Set<String> own = sockets.getOrDefault(actor, Set.of());
        used(op).forEach((key, ids) -> ids.forEach(id -> checkSocket(key, actor, id, own)));
        own.addAll(made(op));
        switch (op) {
            case Op.Pass pass -> {
                checkActor("to", pass.to());
                sockets.getOrDefault(pass.to(), own).add(pass.as());
            }
            case Op.Fork fork -> {
                if (!add(fork.child())) {
                    throw new ArgumentException(
                            "child", "there is already an actor " + fork.child() + "; rename it");
                }
                sockets.getOrDefault(fork.child(), own).addAll(fork.keep());
            }
            default -> {}
        }
        if (!name.isEmpty()) {
            figures.put(name, kind);
        }
    }

    private static void checkSocket(String key, String actor, String id, Set<String> own) {
        check(key, "no earlier step gave " + actor + " a socket " + id, id, own);
    }

    /// @param kind of the step with the expectation
    void checkExpectation(OpKind kind, Expectation expectation) {
        if (expectation.misspelt().isPresent()) {
            String word = expectation.misspelt().get();
            throw new ArgumentException("expect", "unknown error " + word + "; see errno(3)");
        }
        for (String figure : expectation.figures()) {
            int dot = figure.indexOf('.');
            Optional<OpKind> earlier =
                    Optional.ofNullable(figures.get(figure.substring(0, Math.max(0, dot))));
            boolean known =
                    measured(figure, kind)
                            || earlier.filter(k -> measured(figure.substring(dot + 1), k))
                                    .isPresent();
            if (!known) {
                List<String> own = new ArrayList<>(kind.figures());
                own.add("STEP.FIGURE of an earlier step");
                throw new ArgumentException(
                        "expect",
                        "nothing measures " + figure + "; available: " + String.join(", ", own));
            }
        }
    }

    /// Whether a step has a number with this name: its own figure, or how many a socket got.
    private boolean measured(String name, OpKind kind) {
        int dot = name.indexOf('.');
        return dot < 0
                ? kind.figures().contains(name)
                : kind.counts() && sockets.containsKey(name.substring(0, dot));
    }

    private static void check(String key, String problem, String word, Collection<String> known) {
        if (!known.contains(word)) {
            String others = String.join(", ", new TreeSet<>(known));
            throw new ArgumentException(
                    key, problem + (others.isEmpty() ? "" : "; use one of " + others));
        }
    }

    private static List<String> made(Op op) {
        return switch (op) {
            case Op.Socket socket -> List.of(socket.id());
            case Op.Open open -> List.of(open.id());
            case Op.Connect connect -> List.of(connect.id());
            case Op.Accept accept -> List.of(accept.as());
            case Op.Crowd crowd -> List.of(crowd.id());
            case Op.Spread spread -> List.of(spread.id());
            default -> List.of();
        };
    }

    /// The ids that must exist, by the key that names them.
    private static Map<String, List<String>> used(Op op) {
        return switch (op) {
            case Op.Set set -> id(set.id());
            case Op.Get get -> id(get.id());
            case Op.Bind bind -> id(bind.id());
            case Op.Listen listen -> id(listen.id());
            case Op.Accept accept -> id(accept.id());
            case Op.Send send -> id(send.id());
            case Op.Receive receive -> id(receive.id());
            case Op.Shutdown shutdown -> id(shutdown.id());
            case Op.Close close -> id(close.id());
            case Op.Pass pass -> id(pass.id());
            case Op.Drain drain -> id(drain.id());
            case Op.Collect collect -> id(collect.id());
            case Op.Serve serve -> Map.of("id", serve.ids());
            case Op.Fork fork -> Map.of("keep", fork.keep());
            case Op.Spread spread -> Map.of("against", spread.against().stream().toList());
            case Op.Steer steer ->
                    Map.of(
                            "id", List.of(steer.id()),
                            "sockets", steer.sockets(),
                            "serve", steer.serve());
            default -> Map.of();
        };
    }

    private static Map<String, List<String>> id(String id) {
        return Map.of("id", List.of(id));
    }
}
