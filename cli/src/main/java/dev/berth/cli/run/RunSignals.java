package dev.berth.cli.run;

import dev.berth.cli.command.Signals;
import dev.berth.supervise.contract.Outcome;
import dev.berth.supervise.contract.Request;

import java.util.Optional;
import java.util.function.Consumer;

/// What signals mean to a running supervisor.
final class RunSignals {
    private static final int HUP = 1;

    private RunSignals() {}

    static void install(Ending supervisor, Console console) {
        stop("TERM", 15, supervisor, console);
        stop("INT", 2, supervisor, console);
        if (Signals.ignored(HUP)) {
            console.said("SIGHUP is ignored, as under nohup: roll by berth roll");
        }
        ask("HUP", HUP, supervisor, console, new Request.Roll(Optional.empty()));
        ask("TTIN", 21, supervisor, console, new Request.ScaleBy(1));
        ask("TTOU", 22, supervisor, console, new Request.ScaleBy(-1));
        Signals.handle("USR1", 10, console::reopen);
    }

    private static void stop(String name, int number, Ending supervisor, Console console) {
        Signals.handle(
                name,
                number,
                () -> {
                    boolean again = supervisor.signal();
                    String what = again ? "again: killing what is left" : "stopping";
                    console.note("SIG" + name + ": " + what);
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
