package dev.berth.cli;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

import dev.berth.sys.ExitStatus;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

class ArchitectureTest {
    /// The class including its nested classes.
    private static final String FFM_SYSTEM_CALLS = "dev\\.berth\\.worker\\.FfmSystemCalls(\\$.*)?";

    private static final String MAIN_SOURCE = ".*/src/main/java/(?!.*-info\\.java).*\\.java";

    private static JavaClasses classes;

    @BeforeAll
    static void readAllModules() {
        classes =
                new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        // Not shipped.
                        .withImportOption(location -> !location.contains("examples"))
                        .importPackages("dev.berth");
    }

    @Test
    void everyModuleIsChecked() {
        assertThat(classes.stream().map(type -> type.getPackageName()).distinct())
                .contains(
                        "dev.berth.sys",
                        "dev.berth.net",
                        "dev.berth.bpf",
                        "dev.berth.dispatch",
                        "dev.berth.inspect",
                        "dev.berth.toml",
                        "dev.berth.lab",
                        "dev.berth.supervise",
                        "dev.berth.supervise.adoption",
                        "dev.berth.supervise.contract",
                        "dev.berth.supervise.control",
                        "dev.berth.supervise.lifecycle",
                        "dev.berth.supervise.process",
                        "dev.berth.supervise.steering",
                        "dev.berth.supervise.watch",
                        "dev.berth.worker",
                        "dev.berth.cli",
                        "dev.berth.cli.command",
                        "dev.berth.cli.demo",
                        "dev.berth.cli.doctor",
                        "dev.berth.cli.lab",
                        "dev.berth.cli.ports",
                        "dev.berth.cli.remote",
                        "dev.berth.cli.run");
    }

    @Test
    void onlySysTouchesForeignMemoryAndFunctions() {
        noClasses()
                .that()
                .resideOutsideOfPackage("dev.berth.sys")
                .and()
                .haveNameNotMatching(FFM_SYSTEM_CALLS)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("java.lang.foreign..")
                .because(
                        "only the library for other people's servers, which may not depend on sys,"
                                + " has its own class for it")
                .check(classes);
    }

    @Test
    void nothingNamesTheWorkersClassForNewerJavas() {
        noClasses()
                .that()
                .resideInAPackage("dev.berth.worker")
                .and()
                .haveNameNotMatching(FFM_SYSTEM_CALLS)
                .should()
                .dependOnClassesThat()
                .haveNameMatching(FFM_SYSTEM_CALLS)
                .check(classes);
    }

    @Test
    void packagesHaveNoCycles() {
        slices().matching("dev.berth.(**)").should().beFreeOfCycles().check(classes);
    }

    /// In all modules, those that are not on this class path included.
    @Test
    void noTwoClassesHaveTheSameName() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("..").toRealPath())) {
            Map<String, List<Path>> sources =
                    files.filter(file -> file.toString().matches(MAIN_SOURCE))
                            .collect(Collectors.groupingBy(file -> file.getFileName().toString()));
            assertThat(sources).containsKeys("Supervisor.java", "BenchMain.java");
            assertThat(sources).allSatisfy((name, places) -> assertThat(places).hasSize(1));
        }
    }

    /// A reader follows a decision downwards only; what a lower class wants of an upper one is a
    /// value that it returns.
    @Test
    void classesOfTheStateMachineHaveNoCycles() {
        slices().assignedFrom(new ClassesOf("dev.berth.supervise.lifecycle"))
                .should()
                .beFreeOfCycles()
                .check(classes);
    }

    /// Each class of a package is a slice, with its nested classes.
    private record ClassesOf(String packageName) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return type.getPackageName().equals(packageName)
                    ? SliceIdentifier.of(type.getName().replaceFirst("\\$.*", ""))
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "classes of " + packageName;
        }
    }

    @Test
    void librariesDoNotDependOnTheirUsers() {
        usesOnly("sys").check(classes);
        usesOnly("net", "sys").check(classes);
        usesOnly("bpf", "sys").check(classes);
        usesOnly("inspect", "net", "sys").check(classes);
        usesOnly("toml").check(classes);
        usesOnly("lab", "inspect", "toml", "net", "bpf", "sys").check(classes);
        usesOnly("dispatch", "net", "bpf", "sys").check(classes);
        usesOnly("supervise", "dispatch", "net", "bpf", "sys").check(classes);
        usesOnly("worker").check(classes);
    }

    @Test
    void packagesOfTheSupervisorDependOnlyOnThoseBelowThem() {
        layer("supervise", "contract").check(classes);
        layer("supervise", "control", "contract").check(classes);
        layer("supervise", "lifecycle", "contract").check(classes);
        layer("supervise", "process", "contract").check(classes);
        layer("supervise", "steering", "lifecycle", "contract").check(classes);
        layer("supervise", "adoption", "steering", "process", "contract", "control").check(classes);
        layer("supervise", "watch", "steering", "process", "lifecycle", "contract", "control")
                .check(classes);
    }

    @Test
    void packagesOfTheCommandLineDependOnlyOnThoseBelowThem() {
        layer("cli", "command").check(classes);
        layer("cli", "remote", "command").check(classes);
        layer("cli", "ports", "remote", "command").check(classes);
        layer("cli", "doctor", "command").check(classes);
        layer("cli", "lab", "command").check(classes);
        layer("cli", "run", "remote", "command").check(classes);
        layer("cli", "demo", "run", "command").check(classes);
    }

    /// They come from a module that other verbs do not have on their class path.
    @Test
    void onlyTheCommandsOfTheLabUseTheLab() {
        noClasses()
                .that()
                .resideInAPackage("dev.berth.cli..")
                .and()
                .resideOutsideOfPackage("dev.berth.cli.lab")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("dev.berth.lab", "dev.berth.cli.lab")
                .check(classes);
    }

    @Test
    void decisionsDoNotUseTheSystem() {
        noClasses()
                .that()
                .resideInAPackage("dev.berth.supervise.lifecycle")
                .should()
                .dependOnClassesThat(
                        resideInAnyPackage("java.io", "java.nio..", "java.net", "dev.berth.sys")
                                .and(not(type(ExitStatus.class))))
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .check(classes);
    }

    @Test
    void onlyTheCommandLinePrintsOrExits() {
        noClasses()
                .that()
                .resideOutsideOfPackages("dev.berth.cli..", "dev.berth.testkit")
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .orShould()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "exit", int.class)
                .orShould()
                .callMethod(Runtime.class, "halt", int.class)
                .orShould()
                .callMethod(Throwable.class, "printStackTrace")
                .check(classes);
    }

    private static ArchRule usesOnly(String module, String... others) {
        return onlyUses(
                "dev.berth." + module + "..", "dev.berth..", packages("dev.berth.", others));
    }

    private static ArchRule layer(String module, String name, String... below) {
        String all = "dev.berth." + module + ".";
        return onlyUses(all + name, all + ".", packages(all, below));
    }

    private static String[] packages(String prefix, String... names) {
        return Stream.of(names).map(prefix::concat).toArray(String[]::new);
    }

    /// Checks that, among the packages in `among`, those in `whose` depend only on themselves and
    /// on `allowed`.
    private static ArchRule onlyUses(String whose, String among, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage(whose)
                .should()
                .dependOnClassesThat(
                        resideInAPackage(among)
                                .and(not(resideInAPackage(whose)))
                                .and(not(resideInAnyPackage(allowed))));
    }
}
