package dev.berth.lab;

import java.io.File;
import java.nio.file.Path;
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

    /// The command line, up to the actor's own arguments: a JVM with the same code as this one.
    static List<String> command() {
        String path =
                Stream.of("java.class.path", "jdk.module.path")
                        .map(name -> System.getProperty(name, ""))
                        .filter(part -> !part.isEmpty())
                        .collect(Collectors.joining(File.pathSeparator));
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
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
