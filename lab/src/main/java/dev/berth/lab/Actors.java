package dev.berth.lab;

import dev.berth.sys.CurrentJvm;
import dev.berth.sys.Errno;
import dev.berth.sys.ErrnoException;

import java.io.File;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Starts the process of an actor.
final class Actors {
    /// The descriptor of its line to the lab.
    static final int CHANNEL = 3;

    /// The descriptor of its classes, if it is not permitted to read ours; see [ClassArchive].
    static final int CLASSES = 4;

    /// The prefix of an inherited socket's argument, followed by its descriptor's number and its
    /// name.
    static final String INHERITED = "fd";

    private Actors() {}

    /// The command line of this actor's own process, up to the main class.
    static List<String> ownCommand() throws ErrnoException {
        try {
            List<String> words = CurrentJvm.commandLine();
            return words.subList(0, words.indexOf(Actor.class.getName()) + 1);
        } catch (IOException unreadable) {
            throw new ErrnoException("read", "/proc/self/cmdline", Errno.ENOENT.number());
        }
    }

    /// The command line, up to the actor's own arguments: a JVM with the same code as this one.
    static List<String> command() {
        String path =
                Stream.of("java.class.path", "jdk.module.path")
                        .map(name -> System.getProperty(name, ""))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(File.pathSeparator));
        return List.of(
                CurrentJvm.java().toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xshare:auto",
                "-Xmx64m",
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path,
                Actor.class.getName());
    }
}
