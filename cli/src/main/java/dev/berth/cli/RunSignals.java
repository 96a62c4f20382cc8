package dev.berth.cli;

import dev.berth.supervise.Outcome;
import dev.berth.supervise.Request;

import java.util.Optional;
import java.util.function.Consumer;

/// What signals mean to a running supervisor.
final class RunSignals {
    private static final int HUP = 1;

    private RunSignals() {}

    static void install(Supervised supervisor, Console console) {
        stop("TERM", 15, supervisor);
        stop("INT", 2, supervisor);
        if (Signals.ignored(HUP)) {
            console.said("SIGHUP is ignored, as under nohup: roll by berth roll");
        }
        ask("HUP", HUP, supervisor, console, new Request.Roll(Optional.empty()));
        ask("TTIN", 21, supervisor, console, new Request.ScaleBy(1));
        ask("TTOU", 22, supervisor, console, new Request.ScaleBy(-1));
        Signals.handle("USR1", 10, console::reopen);
    }

    /// The second one means at once: so the supervisor takes a second Stop.
    private static void stop(String name, int number, Supervised supervisor) {
        Signals.handle(
                name,
                number,
                () -> {
                    var _ = supervisor.ask(new Request.Stop());
                });
    }

    private static void ask(
            String name, int number, Supervised supervisor, Console console, Request request) {
        Consumer<Outcome> tell = outcome -> console.said("SIG" + name + ": " + outcome.text());
        Signals.handle(
                name,
                number,
                () -> {
                    var _ = supervisor.ask(request).thenAccept(tell);
                });
    }
}
