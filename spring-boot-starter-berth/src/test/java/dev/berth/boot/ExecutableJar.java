package dev.berth.boot;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;

/// Packages an application as Boot's build plugins do: the loader's classes, and every library as a
/// jar within the jar, stored without compression.
final class ExecutableJar {
    private static final String LAUNCHER = "org.springframework.boot.loader.launch.JarLauncher";

    private ExecutableJar() {}

    /// @param scratch an empty folder
    static Path of(BootLine line, Path scratch) throws IOException {
        Path jar = scratch.resolve("app.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar), manifest())) {
            loader(line, out);
            for (Path library : list(line.libraries())) {
                store(out, "BOOT-INF/lib/" + library.getFileName(), Files.readAllBytes(library));
            }
            int number = 0;
            for (Path part : BootLine.ownParts()) {
                Path packed = Files.isDirectory(part) ? packed(part, scratch) : part;
                store(out, "BOOT-INF/lib/own" + number++ + ".jar", Files.readAllBytes(packed));
            }
        }
        return jar;
    }

    private static Manifest manifest() {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        main.put(Attributes.Name.MAIN_CLASS, LAUNCHER);
        main.putValue("Start-Class", BootApp.class.getName());
        main.putValue("Spring-Boot-Classes", "BOOT-INF/classes/");
        main.putValue("Spring-Boot-Lib", "BOOT-INF/lib/");
        return manifest;
    }

    private static void loader(BootLine line, JarOutputStream out) throws IOException {
        try (JarFile loader = new JarFile(line.loader().toFile())) {
            for (JarEntry entry : loader.stream().filter(ExecutableJar::ofLoader).toList()) {
                try (InputStream in = loader.getInputStream(entry)) {
                    store(out, entry.getName(), in.readAllBytes());
                }
            }
        }
    }

    private static boolean ofLoader(JarEntry entry) {
        return !entry.isDirectory() && entry.getName().startsWith("org/springframework/");
    }

    private static void store(JarOutputStream out, String name, byte[] content) throws IOException {
        CRC32 sum = new CRC32();
        sum.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(sum.getValue());
        out.putNextEntry(entry);
        out.write(content);
        out.closeEntry();
    }

    private static Path packed(Path folder, Path scratch) throws IOException {
        Path jar = Files.createTempFile(scratch, "part", ".jar");
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file);
                Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.filter(Files::isRegularFile).toList()) {
                store(out, folder.relativize(path).toString(), Files.readAllBytes(path));
            }
        }
        return jar;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }
}
