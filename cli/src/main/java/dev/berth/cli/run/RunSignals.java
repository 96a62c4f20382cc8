package dev.berth.cli.run;

import dev.berth.cli.command.ControllingTerminal;
import dev.berth.supervise.contract.Request;
import dev.berth.supervise.contract.RequestResult;
import dev.berth.sys.SignalHandlers;

import java.util.Optional;
import java.util.function.Consumer;

/// Handles signals to a running supervisor.
final class RunSignals {
    private static final int HUP = 1;

    private RunSignals() {}

    /// Installs the handlers.
    ///
    /// @param onHangup what to do when the terminal goes away
    static void install(SharedShutdown supervisor, Console console, HangupAction onHangup) {
        stop("TERM", 15, supervisor, console);
        stop("INT", 2, supervisor, console);
        if (SignalHandlers.ignored(HUP)) {
            console.onEvent("SIGHUP is ignored, as under nohup; to roll, use berth roll");
        }
        hangup(supervisor, console, onHangup);
        ask("TTIN", 21, supervisor, console, new Request.ScaleBy(1));
        ask("TTOU", 22, supervisor, console, new Request.ScaleBy(-1));
        SignalHandlers.handle("USR1", 10, console::reopen);
    }

    private static void hangup(SharedShutdown supervisor, Console console, HangupAction onHangup) {
        Hangup hangup = new Hangup(ControllingTerminal::present, System::nanoTime);
        Runnable roll = request("HUP", supervisor, console, new Request.Roll(Optional.empty()));
        SignalHandlers.handle(
                "HUP",
                HUP,
                () -> {
                    switch (hangup.signalled()) {
                        case ROLL -> roll.run();
                        case LOST -> lost(supervisor, console, onHangup);
                        case ECHO -> {}
                    }
                });
    }

    private static void lost(SharedShutdown supervisor, Console console, HangupAction onHangup) {
        switch (onHangup) {
            case CONTINUE ->
                    console.onEvent(
                            "SIGHUP: the terminal is gone; running on (--on-hangup continue). To"
                                    + " stop: berth stop");
            case STOP -> {
                console.onEvent(
                        "SIGHUP: the terminal is gone; stopping. To keep running without it:"
                                + " --on-hangup continue");
                var _ = supervisor.ask(new Request.Stop());
            }
        }
    }

    private static void stop(String name, int number, SharedShutdown supervisor, Console console) {
        SignalHandlers.handle(
                name,
                number,
                () -> {
                    boolean again = supervisor.signal();
                    String what = again ? "again; killing the remaining workers" : "stopping";
                    console.note("SIG" + name + ": " + what);
                });
    }

    private static void ask(
            String name,
            int number,
            SupervisorControl supervisor,
            Console console,
            Request request) {
        SignalHandlers.handle(name, number, request(name, supervisor, console, request));
    }

    private static Runnable request(
            String name, SupervisorControl supervisor, Console console, Request request) {
        Consumer<RequestResult> tell =
                result -> console.onEvent("SIG" + name + ": " + result.text());
        return () -> {
            var _ = supervisor.ask(request).thenAccept(tell);
        };
    }
}
