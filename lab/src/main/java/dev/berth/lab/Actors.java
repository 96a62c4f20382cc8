package dev.berth.lab;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// How an actor's process is started.
final class Actors {
    /// The descriptor of its line to the lab.
    static final int CHANNEL = 3;

    /// The descriptor of its classes, where it may not read ours; see [ClassArchive].
    static final int CLASSES = 4;

    /// What an inherited socket's name begins with, its descriptor's number before the name.
    static final String INHERITED = "fd";

    private Actors() {}

    /// The command line, up to the actor's own arguments: a JVM of the same code as this one.
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
