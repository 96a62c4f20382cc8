package dev.berth.testkit;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

/// The locations of this JVM's classes, as one class path.
final class ClassPath {
    private ClassPath() {}

    /// A class path on which `main` runs, even if this JVM loads its classes from a module path.
    static String of(Class<?> main) {
        Set<String> parts = new LinkedHashSet<>();
        parts.add(rootOf(main).toString());
        parts.add(System.getProperty("jdk.module.path", ""));
        parts.add(System.getProperty("java.class.path", ""));
        parts.remove("");
        return String.join(File.pathSeparator, parts);
    }

    /// The root folder of the class. A test's classes are patched into the module that it tests and
    /// are on neither path, so the location is read from the class itself.
    private static Path rootOf(Class<?> main) {
        String file = main.getName().replace('.', '/') + ".class";
        URL place = Objects.requireNonNull(main.getResource("/" + file), file);
        Path path = Path.of(URI.create(place.toString()));
        for (int depth = Path.of(file).getNameCount(); depth > 0; depth--) {
            path = Objects.requireNonNull(path.getParent(), file);
        }
        return path;
    }
}
